// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/time_share.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kNow{1h};

TEST(AnswerBy, theBudgetAppliesWithoutADeadline) {
    EXPECT_EQ(answerBy(kNow, 200ms, std::nullopt, {}), kNow + 200ms);
}

TEST(AnswerBy, keepsTheLargerMarginFromTheDeadline) {
    EXPECT_EQ(answerBy(kNow, 200ms, kNow + 20ms, {}), kNow + 15ms) << "five milliseconds";
    EXPECT_EQ(answerBy(kNow, 200ms, kNow + 100ms, {}), kNow + 80ms) << "a fifth";
    EXPECT_EQ(answerBy(kNow, 2s, kNow + 1s, {}), kNow + 975ms) << "twenty-five milliseconds";
}

TEST(AnswerBy, aLateDeadlineDoesNotStretchTheBudget) {
    EXPECT_EQ(answerBy(kNow, 200ms, kNow + 500ms, {}), kNow + 200ms);
    EXPECT_EQ(answerBy(kNow, 200ms, MonoTime::max(), {}), kNow + 200ms);
}

TEST(AnswerBy, theMarginLeavesAtLeastHalf) {
    EXPECT_EQ(answerBy(kNow, 200ms, kNow + 4ms, {}), kNow + 2ms);
}

TEST(WaitUntil, leavesHalfForTheFallbackAndTheReply) {
    EXPECT_EQ(waitUntil(kNow, kNow + 80ms, kNow + 100ms, 0ms), kNow + 50ms);
    EXPECT_EQ(waitUntil(kNow, kNow + 80ms, kNow + 100ms, 2ms), kNow + 50ms);
    EXPECT_EQ(waitUntil(kNow, kNow + 975ms, kNow + 1s, 2ms), kNow + 900ms) << "a hundred milliseconds are enough";
}

TEST(WaitUntil, givesAVersionThatTakesLongWhatItNeeds) {
    EXPECT_EQ(waitUntil(kNow, kNow + 80ms, kNow + 100ms, 8ms), kNow + 64ms);
    EXPECT_EQ(waitUntil(kNow, kNow + 80ms, kNow + 100ms, 60ms), kNow + 80ms);
}

TEST(WaitUntil, theBudgetIsGivenWhole) {
    EXPECT_EQ(waitUntil(kNow, kNow + 200ms, std::nullopt, 2ms), kNow + 200ms);
    EXPECT_EQ(waitUntil(kNow, kNow + 200ms, kNow + 500ms, 2ms), kNow + 200ms);
    EXPECT_EQ(waitUntil(kNow, kNow + 200ms, MonoTime::max(), 2ms), kNow + 200ms);
}

TEST(TimeShare, leavesTimeForEveryVersionBehind) {
    EXPECT_EQ(timeShare(90ms, 0), 90ms);
    EXPECT_EQ(timeShare(90ms, 1), 60ms);
    EXPECT_EQ(timeShare(100ms, 2), 50ms);
}

} // namespace
} // namespace gnomon::serving
