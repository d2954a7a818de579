// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/blocking.h"
#include "backend/client/grpc_gateway.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/client/scripted_node.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::test {
namespace {

using namespace std::chrono_literals;

class CtlExport : public ::testing::Test {
protected:
    // `sent` of `total` bytes come before the stream ends.
    void exports(std::uint64_t sent, std::uint64_t total) {
        v1::ExportRecordsResponse limits;
        limits.set_done(sent);
        limits.set_total(total);
        m_script.answer("ExportRecords", limits);
    }
    ProgramEnd ctl(const std::string& file, const std::string& more = "") {
        return runCommand("$GNOMON_BIN/gnomonctl audit export " + file + more + " --insecure-plaintext --node " +
                          m_node.address());
    }

    Script m_script;
    ScriptedNode m_node{m_script};
    TempFolder m_folder;
};

TEST_F(CtlExport, aFileIsThereWhenItIsComplete) {
    const std::string file = m_folder / "trail";
    exports(2, 3);
    EXPECT_EQ(ctl(file).code, 6);
    EXPECT_TRUE(std::filesystem::is_empty(m_folder.path()));
    exports(3, 3);
    EXPECT_EQ(ctl(file).code, 0);
    EXPECT_EQ(readFile(file).value(), "abc");
    EXPECT_EQ(ctl(file).code, 5) << "it is there already";
    EXPECT_EQ(ctl(file, " --replace").code, 0);
}

// Names that cannot be looked up, whoever asks: permissions would not stop root.
TEST_F(CtlExport, aNameThatCannotBeLookedUpIsRefused) {
    exports(3, 3);
    std::filesystem::create_symlink("ring", m_folder / "ring");
    for (const std::string& file :
         {std::string(m_folder / "ring"), (m_folder.path() / std::string(300, 'x')).string()}) {
        const ProgramEnd end = ctl(file);
        EXPECT_EQ(end.code, 2) << end.text;
        EXPECT_TRUE(end.text.starts_with("gnomonctl: cannot write ")) << end.text;
    }
}

TEST_F(CtlExport, whatALibraryThrowsIsSaid) {
    std::filesystem::create_symlink("ca.key", m_folder / "ca.key");
    const ProgramEnd end =
        runCommand("$GNOMON_BIN/gnomonctl pki init --trust-domain example.org --dir " + m_folder.path().string());
    EXPECT_EQ(end.code, 1) << end.text;
    EXPECT_TRUE(end.text.starts_with("gnomonctl: ")) << end.text;
}

TEST_F(CtlExport, nothingRunsOnWhenTheWaitIsGivenUp) {
    m_script.hang("ExportRecords");
    SystemClock clock;
    SystemRandom random;
    client::GatewayOptions options;
    options.connect = {m_node.address(), "", "", "", "", true, "gnomon-test"};
    const auto gateway = client::makeGrpcGateway(options, clock, random);
    bool ended = false; // not atomic: whoever reads it must come after the call
    const Status given = client::awaitEnd<void>(
        [&](auto stop, auto done) {
            gateway->exportAudit(stop, {[](ByteView, std::uint64_t, std::uint64_t) {},
                                        [&ended, done = std::move(done)](const Status& status) {
                                            EXPECT_EQ(status.error().code, ErrorCode::Cancelled);
                                            ended = true;
                                            done(status);
                                        }});
        },
        100ms);
    EXPECT_TRUE(ended);
    EXPECT_EQ(given.error().code, ErrorCode::DeadlineExceeded);
}

TEST(AwaitEnd, waitsForACallThatIsSlowToStop) {
    std::jthread call;
    bool ended = false;
    const Result<int> given = client::awaitEnd<int>(
        [&](auto stop, auto done) {
            call = std::jthread([&ended, stop, done = std::move(done)] {
                const auto until = std::chrono::steady_clock::now() + 10s;
                while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
                    std::this_thread::yield();
                }
                std::this_thread::sleep_for(50ms); // the callback that is under way
                ended = true;
                done(Error{ErrorCode::Cancelled, "stopped"});
            });
        },
        1ms);
    EXPECT_TRUE(ended);
    EXPECT_EQ(given.error().code, ErrorCode::DeadlineExceeded);
}

TEST(AwaitEnd, givesTheAnswerThatComesInTime) {
    EXPECT_EQ(client::awaitEnd<int>([](const auto&, auto done) { done(7); }, 1min).value(), 7);
}

} // namespace
} // namespace gnomon::test
