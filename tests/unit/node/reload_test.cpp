// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/files.h"
#include "backend/node/connections.h"
#include "backend/node/reload.h"
#include "tests/support/recording_audit.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace gnomon {
namespace {

using node::Connections;
using node::Reloader;

class ReloaderTest : public ::testing::Test {
protected:
    ReloaderTest() {
        write("one");
        m_reloader = std::make_unique<Reloader>(
            std::vector<node::ReloadSource>{{"limits", {m_folder / "file"}, [this] { return load(); }}}, m_audit,
            std::chrono::milliseconds(0));
    }
    void write(const std::string& text) { ASSERT_TRUE(replaceFile(m_folder / "file", text, 0600).ok()); }
    Result<std::optional<AuditPayload>> load() {
        ++m_loads;
        const std::string text = readFile(m_folder / "file").value();
        if (text == "bad") {
            return Error{ErrorCode::InvalidArgument, "it is bad"};
        }
        return text == "same" ? std::optional<AuditPayload>() : AuditPayload{{}, {{"text", text}}};
    }
    void look(int times) {
        for (int i = 0; i < times; ++i) {
            m_reloader->look();
        }
    }

    test::TempFolder m_folder;
    test::RecordingAudit m_audit;
    int m_loads = 0;
    std::unique_ptr<Reloader> m_reloader;
};

TEST_F(ReloaderTest, aChangeIsTakenOverOnceItHasSettledAndRecordedOnce) {
    look(3);
    EXPECT_EQ(m_loads, 0) << "nothing has changed";
    write("two");
    look(1);
    EXPECT_EQ(m_loads, 0) << "somebody may still be writing";
    look(4);
    EXPECT_EQ(m_loads, 1);
    const auto records = m_audit.ofKind(RecordKind::Config);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].record.actor.person, "machine:reload");
    EXPECT_EQ(records[0].record.object, "limits");
    EXPECT_EQ(records[0].record.result, "ok");
    EXPECT_EQ(records[0].payload->facts[0].second, "two");
}

TEST_F(ReloaderTest, tellsHowItWent) {
    const node::ReloadState first = m_reloader->states().at(0);
    EXPECT_EQ(first.name, "limits");
    EXPECT_EQ(first.reloads + first.failures, 0u);
    write("bad");
    look(3);
    const node::ReloadState failed = m_reloader->states().at(0);
    EXPECT_TRUE(failed.lastFailed);
    EXPECT_EQ(failed.failures, 1u);
    EXPECT_EQ(failed.last, first.last) << "nothing was taken over";
    write("good now");
    look(3);
    const node::ReloadState good = m_reloader->states().at(0);
    EXPECT_FALSE(good.lastFailed);
    EXPECT_EQ(good.reloads, 1u);
    EXPECT_GE(good.last, first.last);
}

TEST_F(ReloaderTest, aFailureIsRecordedOncePerChange) {
    write("bad");
    look(5);
    EXPECT_EQ(m_loads, 1);
    ASSERT_EQ(m_audit.records().size(), 1U);
    EXPECT_EQ(m_audit.records()[0].record.result, "failed");
    EXPECT_EQ(m_audit.records()[0].record.code, "INVALID_ARGUMENT");
    EXPECT_EQ(m_audit.records()[0].record.reason, "it is bad; what there was stays in force");
    write("good");
    look(5);
    EXPECT_EQ(m_audit.records().size(), 2U);
}

TEST_F(ReloaderTest, aFileThatSaysTheSameIsNoRecord) {
    write("same");
    look(5);
    EXPECT_EQ(m_loads, 1);
    EXPECT_TRUE(m_audit.records().empty());
}

class ConnectionsTest : public ::testing::Test {
protected:
    ~ConnectionsTest() override {
        for (const auto& pair : m_pairs) {
            ::close(pair[0]);
            ::close(pair[1]);
        }
    }
    // Its number; the address is "host:<number>".
    std::size_t connect() {
        m_pairs.push_back({});
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, m_pairs.back().data()), 0);
        m_connections.add(m_pairs.back()[0], "host", address(m_pairs.size() - 1));
        return m_pairs.size() - 1;
    }
    static std::string address(std::size_t number) { return "host:" + std::to_string(number); }
    Connections::Claim claim(std::size_t number, const std::string& identity) {
        return m_connections.claim(address(number), identity, digestOf(identity));
    }
    static Digest digestOf(const std::string& identity) {
        Digest digest;
        digest.bytes[0] = static_cast<std::uint8_t>(identity[0]);
        return digest;
    }
    bool isShut(std::size_t number) {
        char byte = 0;
        return ::recv(m_pairs[number][1], &byte, 1, MSG_DONTWAIT) == 0;
    }
    void close(std::size_t number) { // as its owner does; another file takes the descriptor's number
        ::close(m_pairs[number][0]);
        m_pairs[number][0] = ::open("/dev/null", 0);
    }

    std::vector<std::array<int, 2>> m_pairs;
    Connections m_connections{{100, 100, 2}};
};

TEST_F(ConnectionsTest, anIdentityHasSoManyConnectionsAndOneMoreIsClosed) {
    for (int i = 0; i < 4; ++i) {
        connect();
    }
    EXPECT_EQ(claim(0, "ada"), Connections::Claim::Allowed);
    EXPECT_EQ(claim(1, "ada"), Connections::Claim::Allowed);
    EXPECT_EQ(claim(0, "ada"), Connections::Claim::Allowed) << "its next call";
    EXPECT_EQ(claim(2, "ada"), Connections::Claim::TooMany);
    EXPECT_TRUE(isShut(2));
    EXPECT_FALSE(isShut(1));
    EXPECT_EQ(claim(3, "bob"), Connections::Claim::Allowed);
    EXPECT_EQ(m_connections.claim("elsewhere:1", "ada", digestOf("ada")), Connections::Claim::Unknown);
}

TEST_F(ConnectionsTest, oneThatWasClosedMakesRoom) {
    for (int i = 0; i < 3; ++i) {
        connect();
    }
    EXPECT_EQ(claim(0, "ada"), Connections::Claim::Allowed);
    EXPECT_EQ(claim(1, "ada"), Connections::Claim::Allowed);
    close(0);
    EXPECT_EQ(claim(2, "ada"), Connections::Claim::Allowed);
}

TEST_F(ConnectionsTest, closesThoseOfACertificateAndNothingThatTookTheirNumber) {
    for (int i = 0; i < 3; ++i) {
        connect();
    }
    claim(0, "ada");
    claim(1, "bob");
    claim(2, "ada");
    close(2);
    EXPECT_EQ(m_connections.closeWhere([](const Digest& digest) { return digest == digestOf("ada"); }), 2U);
    EXPECT_TRUE(isShut(0));
    EXPECT_FALSE(isShut(1));
}

} // namespace
} // namespace gnomon
