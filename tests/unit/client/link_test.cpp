// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/grpc_gateway.h"
#include "tests/support/link_log.h"
#include "tests/unit/client/scripted_node.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

using namespace std::chrono_literals;
using port::LinkState;

class LinkTest : public ::testing::Test {
protected:
    client::GatewayOptions plaintext(const std::string& address) const {
        client::GatewayOptions options;
        options.connect.address = address;
        options.connect.plaintext = true;
        options.heartbeat = 100ms;
        options.firstWait = 40ms;
        options.longestWait = 160ms;
        return options;
    }
    void open(const client::GatewayOptions& options) {
        m_gateway = client::makeGrpcGateway(options, m_clock, m_random);
        m_gateway->open(m_log.events());
    }
    port::LinkStatus await(LinkState state) { return m_log.await(state, m_seen); }

    SystemClock m_clock;
    SystemRandom m_random;
    test::Script m_script;
    test::LinkLog m_log;
    std::size_t m_seen = 0;
    std::unique_ptr<port::NodeGateway> m_gateway; // last: closed before the log goes
};

TEST_F(LinkTest, goesFromConnectingToLiveAndDeliversUpdates) {
    const test::ScriptedNode node(m_script);
    open(plaintext(node.address()));
    await(LinkState::Connecting);
    const auto live = await(LinkState::Live);
    ASSERT_TRUE(live.node.has_value());
    EXPECT_TRUE(*live.node == test::nodeInfo());
    EXPECT_FALSE(live.restarted || live.replaced || live.error);
    EXPECT_TRUE(m_log.awaitUpdate() == test::nodeUpdate());
}

TEST_F(LinkTest, silenceOfThreeHeartbeatsIsALoss) {
    const test::ScriptedNode node(m_script);
    open(plaintext(node.address()));
    await(LinkState::Live);
    const auto before = m_clock.monoNow();
    m_script.setSilent(true);
    const auto waiting = await(LinkState::Waiting);
    EXPECT_GE(m_clock.monoNow() - before, 250ms);
    EXPECT_EQ(waiting.error->code, ErrorCode::Unavailable);
    EXPECT_TRUE(waiting.node.has_value()) << "what is known is kept over a loss";
    m_script.setSilent(false);
    const auto live = await(LinkState::Live);
    EXPECT_EQ(live.attempts, 0u);
    EXPECT_FALSE(live.restarted || live.replaced);
}

TEST_F(LinkTest, restartedNodeIsToldApartFromReplacedOne) {
    auto node = std::make_unique<test::ScriptedNode>(m_script);
    const int port = node->port();
    open(plaintext(node->address()));
    await(LinkState::Live);
    node.reset();
    await(LinkState::Waiting);
    NodeStamp stamp = test::stamp();
    stamp.boot = BootId(test::hexId('1'));
    m_script.setStamp(stamp);
    node = std::make_unique<test::ScriptedNode>(m_script, port);
    auto live = await(LinkState::Live);
    EXPECT_TRUE(live.restarted);
    EXPECT_FALSE(live.replaced);
    node.reset();
    await(LinkState::Waiting);
    stamp.id = NodeId(test::hexId('2'));
    m_script.setStamp(stamp);
    node = std::make_unique<test::ScriptedNode>(m_script, port);
    live = await(LinkState::Live);
    EXPECT_FALSE(live.restarted);
    EXPECT_TRUE(live.replaced);
}

TEST_F(LinkTest, unreachableNodeIsTriedAgainWithBackOff) {
    auto options = plaintext("127.0.0.1:1");
    open(options);
    std::chrono::nanoseconds waits[4];
    for (unsigned i = 0; i < 4; ++i) {
        const auto waiting = await(LinkState::Waiting);
        EXPECT_EQ(waiting.attempts, i + 1);
        EXPECT_EQ(waiting.error->message, "cannot reach 127.0.0.1:1: nothing listens there");
        waits[i] = waiting.retryAt - m_clock.monoNow();
    }
    // 40, 80, 160, 160 ms, each varied by up to a fifth and a little in the past by now.
    EXPECT_LE(waits[0], 48ms);
    EXPECT_LE(waits[1], 96ms);
    EXPECT_GT(waits[2], 96ms);
    EXPECT_LE(waits[3], 192ms);
}

TEST_F(LinkTest, retryNowEndsTheWait) {
    auto options = plaintext("127.0.0.1:1");
    options.firstWait = options.longestWait = 1h;
    open(options);
    await(LinkState::Waiting);
    m_gateway->retryNow();
    EXPECT_EQ(await(LinkState::Waiting).attempts, 2u);
}

TEST_F(LinkTest, nodeThatRefusesThePermissionIsNotAskedAgain) {
    m_script.answer("GetNode", [](const auto&, auto&) {
        return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "callers may not look");
    });
    const test::ScriptedNode node(m_script);
    open(plaintext(node.address()));
    const auto refused = await(LinkState::Refused);
    EXPECT_EQ(refused.error->code, ErrorCode::PermissionDenied);
    EXPECT_EQ(refused.error->message, "callers may not look");
    EXPECT_EQ(refused.retryAt, MonoTime{});
}

TEST_F(LinkTest, whatIsNotANodeIsRefused) {
    m_script.answer("GetNode", v1::GetNodeResponse());
    const test::ScriptedNode node(m_script);
    open(plaintext(node.address()));
    EXPECT_EQ(await(LinkState::Refused).error->code, ErrorCode::Corrupt);
}

TEST_F(LinkTest, anotherNodeOnTheSameStreamIsALoss) {
    const test::ScriptedNode node(m_script);
    open(plaintext(node.address()));
    await(LinkState::Live);
    NodeStamp stamp = test::stamp();
    stamp.id = NodeId(test::hexId('3'));
    m_script.setStamp(stamp);
    await(LinkState::Waiting);
    EXPECT_TRUE(await(LinkState::Live).replaced);
}

TEST_F(LinkTest, nothingIsSaidAfterClose) {
    const test::ScriptedNode node(m_script);
    std::atomic<bool> closed{false};
    std::atomic<int> late{0};
    m_gateway = client::makeGrpcGateway(plaintext(node.address()), m_clock, m_random);
    port::WatchEvents events = m_log.events();
    m_gateway->open({[&, next = events.linkChanged](const port::LinkStatus& status) {
                         late += closed ? 1 : 0;
                         next(status);
                     },
                     [&](const NodeUpdate&) { late += closed ? 1 : 0; }});
    await(LinkState::Live);
    m_gateway->close();
    closed = true;
    m_gateway.reset();
    EXPECT_EQ(late, 0);
}

} // namespace
} // namespace gnomon
