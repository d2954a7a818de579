// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/held_replies.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace gnomon::node {
namespace {

using namespace std::chrono_literals;

class HeldRepliesTest : public testing::Test {
protected:
    struct Call final : HeldReplies::Call {
        explicit Call(std::vector<int>& to, int which) : sent(to), number(which) {}
        void send(const grpc::ByteBuffer&) override { sent.push_back(number); }
        std::vector<int>& sent;
        int number;
    };

    // since: after the first one.
    void add(int number, bool more, std::chrono::microseconds since = {}) {
        m_calls.push_back(std::make_unique<Call>(m_sent, number));
        m_waiting = more ? 1 : 0;
        m_held.add(*m_calls.back(), {}, m_start + since);
    }

    const MonoTime m_start = std::chrono::steady_clock::now();
    std::atomic<std::size_t> m_waiting = 0;
    HeldReplies m_held{m_waiting};
    std::vector<int> m_sent;
    std::vector<std::unique_ptr<Call>> m_calls;
};

TEST_F(HeldRepliesTest, aReplyLeavesAtOnceWhenNoCallFollows) {
    add(1, false);
    EXPECT_EQ(m_sent, std::vector<int>{1});
}

TEST_F(HeldRepliesTest, repliesLeaveInTheirOrderWithThatOfTheLastCall) {
    add(1, true);
    add(2, true);
    EXPECT_EQ(m_sent, std::vector<int>{});
    add(3, false);
    EXPECT_EQ(m_sent, (std::vector<int>{1, 2, 3}));
}

TEST_F(HeldRepliesTest, soManyAreHeldAndNoMore) {
    for (std::size_t i = 1; i < HeldReplies::kTogether; ++i) {
        add(1, true);
    }
    EXPECT_EQ(m_sent.size(), 0U);
    add(1, true);
    EXPECT_EQ(m_sent.size(), HeldReplies::kTogether);
}

TEST_F(HeldRepliesTest, theFirstDoesNotWaitForOthersForLong) {
    add(1, true);
    add(2, true, HeldReplies::kHeld - 1us);
    EXPECT_EQ(m_sent, std::vector<int>{});
    add(3, true, HeldReplies::kHeld);
    EXPECT_EQ(m_sent, (std::vector<int>{1, 2, 3}));
}

// Calls whose models compute elsewhere, or that are refused, add nothing.
TEST_F(HeldRepliesTest, theFirstDoesNotWaitForCallsWithoutAReply) {
    add(1, true);
    m_held.sendDue(m_start + HeldReplies::kHeld - 1us);
    EXPECT_EQ(m_sent, std::vector<int>{});
    m_held.sendDue(m_start + HeldReplies::kHeld);
    EXPECT_EQ(m_sent, std::vector<int>{1});
    m_held.sendDue(m_start + 2 * HeldReplies::kHeld);
    EXPECT_EQ(m_sent, std::vector<int>{1});
}

TEST_F(HeldRepliesTest, anotherThreadMaySendWhatOneHolds) {
    add(1, true);
    std::thread([this] { m_held.send(); }).join();
    EXPECT_EQ(m_sent, std::vector<int>{1});
    m_held.send();
    EXPECT_EQ(m_sent, std::vector<int>{1}) << "once";
}

TEST_F(HeldRepliesTest, nothingIsHeldAtTheEnd) {
    add(1, true);
    m_held.close();
    EXPECT_EQ(m_sent, std::vector<int>{1});
    add(2, true);
    EXPECT_EQ(m_sent, (std::vector<int>{1, 2}));
}

} // namespace
} // namespace gnomon::node
