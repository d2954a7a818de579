// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/node_process.h"

#include <gtest/gtest.h>

#include <array>

namespace gnomon::test {
namespace {

// What a command wrote, to either stream.
std::string outputOf(const std::string& command) {
    std::string text;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        text += buffer.data();
    }
    if (pipe != nullptr) {
        ::pclose(pipe);
    }
    return text;
}

// A node of another authority: gRPC wants to tell of the failed handshake by itself, as often as it tries.
TEST(QuietStderr, failureIsToldInOurWordsAlone) {
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    TestPki other;
    const CertificateFiles files = other.issue("console/ada/laptop");
    const std::string said = outputOf(std::string(std::getenv("GNOMON_BIN")) + "/gnomonctl status --node " +
                                      node.control() + " --server-name localhost --ca " + other.ca() + " --cert " +
                                      files.certificate + " --key " + files.key);
    EXPECT_TRUE(said.starts_with("gnomonctl: ")) << said;
    EXPECT_NE(said.find("does not vouch for"), std::string::npos) << said;
    EXPECT_EQ(said.find(".cc:"), std::string::npos) << said;
}

} // namespace
} // namespace gnomon::test
