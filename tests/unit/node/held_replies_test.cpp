// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/held_replies.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::node {
namespace {

class HeldRepliesTest : public testing::Test {
protected:
    struct Call final : HeldReplies::Call {
        explicit Call(std::vector<int>& to, int which) : sent(to), number(which) {}
        void send(const grpc::ByteBuffer&) override { sent.push_back(number); }
        std::vector<int>& sent;
        int number;
    };

    void add(int number) {
        m_calls.push_back(std::make_unique<Call>(m_sent, number));
        m_held.add(*m_calls.back(), {});
    }

    std::atomic<std::size_t> m_waiting = 0;
    HeldReplies m_held{m_waiting};
    std::vector<int> m_sent;
    std::vector<std::unique_ptr<Call>> m_calls;
};

TEST_F(HeldRepliesTest, aReplyLeavesAtOnceWhenNoCallWaits) {
    add(1);
    EXPECT_EQ(m_sent, std::vector<int>{1});
}

TEST_F(HeldRepliesTest, repliesLeaveInTheirOrderWithTheLastCallThatWaits) {
    m_waiting = 2;
    add(1);
    add(2);
    EXPECT_TRUE(m_sent.empty() || m_sent.size() == 2U) << "held, unless this thread lost the processor meanwhile";
    m_waiting = 0;
    add(3);
    EXPECT_EQ(m_sent, (std::vector<int>{1, 2, 3}));
}

TEST_F(HeldRepliesTest, soManyAreHeldAndNoMore) {
    m_waiting = 1000;
    for (std::size_t i = 0; i < HeldReplies::kTogether; ++i) {
        add(1);
    }
    EXPECT_FALSE(m_sent.empty());
}

TEST_F(HeldRepliesTest, theFirstDoesNotWaitForOthersForLong) {
    m_waiting = 1000;
    add(1);
    std::this_thread::sleep_for(HeldReplies::kHeld);
    add(2);
    EXPECT_EQ(m_sent, (std::vector<int>{1, 2}));
}

TEST_F(HeldRepliesTest, anotherThreadMaySendWhatOneHolds) {
    m_waiting = 1;
    add(1);
    std::thread([this] { m_held.send(); }).join();
    EXPECT_EQ(m_sent, std::vector<int>{1});
    m_held.send();
    EXPECT_EQ(m_sent, std::vector<int>{1}) << "once";
}

} // namespace
} // namespace gnomon::node
