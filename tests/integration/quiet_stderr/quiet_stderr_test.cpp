// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

// A node of another authority: gRPC wants to tell of the failed handshake by itself, as often as it tries.
TEST(QuietStderr, failureIsToldInOurWordsAlone) {
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    TestPki other;
    const CertificateFiles files = other.issue("console/ada/laptop");
    const std::string said = runProgram("gnomonctl status --node " + node.control() + " --server-name localhost --ca " +
                                        other.ca() + " --cert " + files.certificate + " --key " + files.key)
                                 .text;
    EXPECT_TRUE(said.starts_with("gnomonctl: ")) << said;
    EXPECT_NE(said.find("does not vouch for"), std::string::npos) << said;
    EXPECT_EQ(said.find(".cc:"), std::string::npos) << said;
}

} // namespace
} // namespace gnomon::test
