// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>

namespace gnomon::test {
namespace {

// The socket that systemd would listen on.
class Manager {
public:
    explicit Manager(const std::filesystem::path& path) : m_socket(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        GNOMON_CHECK(bind(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        const timeval patience{60, 0};
        setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~Manager() {
        unsetenv("NOTIFY_SOCKET");
        close(m_socket);
    }
    std::string hear() const {
        std::array<char, 512> buffer{};
        const ssize_t count = recv(m_socket, buffer.data(), buffer.size(), 0);
        return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
    }

private:
    int m_socket;
};

TEST(ServiceManager, isToldWhenCallsAreAnsweredAndWhenTheNodeDrains) {
    const TempFolder folder;
    const Manager manager(folder / "notify");
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    const std::string ready = manager.hear();
    EXPECT_TRUE(ready.starts_with("READY=1\n")) << ready;
    EXPECT_NE(ready.find("STATUS=answers on " + node.inference()), std::string::npos) << ready;
    EXPECT_EQ(node.stop(), 0) << node.log();
    EXPECT_TRUE(manager.hear().starts_with("STOPPING=1\n"));
}

// A thread that does not would let SIGTERM end the node on the spot, unless the main thread happens to wait for it just
// then: no drain, and no record of the end.
TEST(ServiceManager, everyThreadButTheMainOneLeavesSigtermAlone) {
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    int threads = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(node.pid()) + "/task")) {
        const auto status = readFile(task.path() / "status");
        if (!status || task.path().filename() == std::to_string(node.pid())) {
            continue;
        }
        ++threads;
        constexpr std::string_view kField = "SigBlk:\t";
        const std::size_t at = status->find(kField);
        ASSERT_NE(at, std::string::npos) << *status;
        const std::uint64_t blocked = std::stoull(status->substr(at + kField.size(), 16), nullptr, 16);
        for (const int signal : {SIGTERM, SIGINT}) {
            EXPECT_TRUE(blocked >> (signal - 1) & 1)
                << "signal " << signal << ", " << status->substr(0, status->find('\n'));
        }
    }
    EXPECT_GT(threads, 5);
    EXPECT_EQ(node.stop(), 0) << node.log();
}

// As a package leaves it: installed, and not set up. The audit log would take the default name for ever.
TEST(FirstStart, withoutACertificateSaysSoAndLeavesNothingBehind) {
    const TempFolder folder;
    const std::filesystem::path config = folder / "gnomond.toml";
    std::filesystem::copy_file(std::string(std::getenv("GNOMON_SOURCE")) + "/resources/config/gnomond.toml", config);
    const ProgramEnd end = runProgram("gnomond --config " + config.string());
    EXPECT_EQ(end.code, 4) << end.text;
    EXPECT_NE(end.text.find("pki/ca.crt"), std::string::npos) << end.text;
    EXPECT_NE(end.text.find("gnomonctl pki"), std::string::npos) << end.text;
    EXPECT_FALSE(std::filesystem::exists(folder / "state"));
}

} // namespace
} // namespace gnomon::test
