// SPDX-License-Identifier: GPL-3.0-or-later
// What stands between two programs that do not fit each other, and what is said about it.
#include "backend/client/grpc_gateway.h"
#include "tests/support/manual_clock.h"
#include "tests/support/await.h"
#include "tests/support/link_log.h"
#include "tests/unit/client/scripted_node.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

using namespace std::chrono_literals;
using port::LinkState;

class RefusalTest : public ::testing::Test {
protected:
    client::ConnectOptions as(const test::CertificateFiles& files, const std::string& address) const {
        client::ConnectOptions options;
        options.address = address;
        options.caFile = m_pki.ca();
        options.certificateFile = files.certificate;
        options.keyFile = files.key;
        return options;
    }
    // The status in which the link first rests.
    port::LinkStatus restOf(const client::ConnectOptions& connect) {
        client::GatewayOptions options;
        options.connect = connect;
        options.firstWait = options.longestWait = 1h;
        test::LinkLog log;
        const auto gateway = client::makeGrpcGateway(options, m_clock, m_random);
        gateway->open(log.events());
        return log.awaitAnyOf({LinkState::Live, LinkState::Waiting, LinkState::Refused});
    }
    void expectRefused(const client::ConnectOptions& connect, const std::string& cause) {
        const auto status = restOf(connect);
        EXPECT_EQ(status.state, LinkState::Refused);
        ASSERT_TRUE(status.error.has_value());
        EXPECT_NE(status.error->message.find(cause), std::string::npos) << status.error->message;
        EXPECT_FALSE(status.error->remedy.empty());
    }

    SystemClock m_clock;
    SystemRandom m_random;
    test::Script m_script;
    test::TestPki m_pki;
    test::CertificateFiles m_console = m_pki.issue("console/ada/laptop");
    test::ScriptedNode m_node{m_script, m_pki.ca(), m_pki.issue("node/a", {"localhost", "127.0.0.1"})};
};

TEST_F(RefusalTest, matchingCertificatesConnect) {
    EXPECT_EQ(restOf(as(m_console, m_node.address())).state, LinkState::Live);
}

TEST_F(RefusalTest, nodeOfAnotherAuthorityIsRefused) {
    test::TestPki other;
    auto connect = as(other.issue("console/ada/laptop"), m_node.address());
    connect.caFile = other.ca();
    expectRefused(connect, "does not vouch for");
}

TEST_F(RefusalTest, certificateOfAnotherAuthorityIsRefused) {
    test::TestPki other;
    expectRefused(as(other.issue("console/ada/laptop"), m_node.address()), "was not issued by");
}

TEST_F(RefusalTest, anotherHostNameIsRefused) {
    auto connect = as(m_console, m_node.address());
    connect.serverName = "elsewhere.example";
    expectRefused(connect, "another host name");
    connect.serverName = "localhost";
    EXPECT_EQ(restOf(connect).state, LinkState::Live);
}

TEST_F(RefusalTest, serverWithoutTlsIsRefused) {
    const test::ScriptedNode plain(m_script);
    expectRefused(as(m_console, plain.address()), "does not speak TLS");
}

TEST_F(RefusalTest, serverWhoseCertificateIsNotANodesIsRefused) {
    // A caller's certificate is not good for any server; a worker's is, but not for a node.
    const test::ScriptedNode caller(m_script, m_pki.ca(), m_pki.issue("caller/t/app", {"127.0.0.1"}));
    expectRefused(as(m_console, caller.address()), "does not vouch for as a server's");
    const test::ScriptedNode worker(m_script, m_pki.ca(), m_pki.issue("worker/w", {"127.0.0.1"}));
    expectRefused(as(m_console, worker.address()), "is not a node");
}

TEST_F(RefusalTest, expiredCertificateIsRefusedBeforeConnecting) {
    test::ManualClock past;
    past.advance(m_clock.wallNow() - past.wallNow() - 31 * 24h);
    expectRefused(as(m_pki.issueAt(past, "console/ada/laptop", {}), m_node.address()), "has expired");
}

TEST_F(RefusalTest, filesThatAreMissingOrDoNotFitAreNamed) {
    auto connect = as(m_console, m_node.address());
    connect.certificateFile = "/nonexistent.crt";
    expectRefused(connect, "/nonexistent.crt");
    connect = as(m_console, m_node.address());
    connect.keyFile = m_pki.issue("console/eve/laptop").key;
    expectRefused(connect, "does not belong to");
    connect = as(m_console, m_node.address());
    connect.caFile.clear();
    expectRefused(connect, "no certificate authority file");
}

TEST_F(RefusalTest, plaintextToANodeThatWantsTlsSaysSo) {
    client::ConnectOptions connect;
    connect.address = m_node.address();
    connect.plaintext = true;
    const auto status = restOf(connect);
    EXPECT_EQ(status.state, LinkState::Waiting) << "a node that was just killed looks the same";
    EXPECT_EQ(status.error->remedy, "it may want TLS");
}

TEST_F(RefusalTest, callsWithoutALinkSayTheSame) {
    client::GatewayOptions options;
    options.connect = as(m_console, m_node.address());
    options.connect.keyFile = "/nonexistent.key";
    const auto gateway = client::makeGrpcGateway(options, m_clock, m_random);
    const auto node = test::await<NodeInfo>([&](auto done) { gateway->getNode({}, done); });
    ASSERT_FALSE(node.ok());
    EXPECT_EQ(node.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(node.error().message.find("/nonexistent.key"), std::string::npos);
}

} // namespace
} // namespace gnomon
