// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/abandon_rule.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1h};

TEST(AbandonRule, skipsAfterSoManyRunsInARow) {
    AbandonRule rule(3);
    EXPECT_FALSE(rule.abandoned(kStart));
    EXPECT_FALSE(rule.abandoned(kStart + 1s));
    EXPECT_FALSE(rule.skipped());
    EXPECT_TRUE(rule.abandoned(kStart + 2s));
    EXPECT_TRUE(rule.skipped());
    EXPECT_FALSE(rule.abandoned(kStart + 3s)) << "it is told only once";
}

TEST(AbandonRule, runsOfOneSecondCountOnce) {
    AbandonRule rule(2);
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(rule.abandoned(kStart + i * 10ms));
    }
    EXPECT_TRUE(rule.abandoned(kStart + 1s));
}

TEST(AbandonRule, aSuccessStartsTheCountAfresh) {
    AbandonRule rule(2);
    rule.abandoned(kStart);
    rule.succeeded();
    EXPECT_FALSE(rule.abandoned(kStart + 2s));
}

TEST(AbandonRule, runsThatNeverComeBackCountWhateverElseSucceeds) {
    AbandonRule rule(3);
    EXPECT_FALSE(rule.stuck());
    rule.succeeded();
    EXPECT_FALSE(rule.stuck());
    rule.succeeded();
    rule.cameBack();
    EXPECT_FALSE(rule.stuck());
    rule.succeeded();
    EXPECT_TRUE(rule.stuck());
}

TEST(AbandonRule, aPersonEndsIt) {
    AbandonRule rule(1);
    rule.abandoned(kStart);
    rule.clear();
    EXPECT_FALSE(rule.skipped());
    EXPECT_TRUE(rule.abandoned(kStart + 10s));
}

TEST(TellsOfTheVersion, notWhenTheCallerWasInAHurry) {
    EXPECT_TRUE(tellsOfTheVersion(200ms, false, 150ms)) << "it had all the time there is";
    EXPECT_FALSE(tellsOfTheVersion(50ms, true, 30ms)) << "it usually takes about as long";
    EXPECT_TRUE(tellsOfTheVersion(50ms, true, 2ms)) << "it had many times what it usually takes";
    EXPECT_FALSE(tellsOfTheVersion(2ms, true, 0ms)) << "nobody knows it yet";
    EXPECT_TRUE(tellsOfTheVersion(60ms, true, 0ms));
    EXPECT_TRUE(tellsOfTheVersion(4500us, true, 0ms))
        << "else callers with 10 ms would wait for a silent version for ever";
    EXPECT_FALSE(tellsOfTheVersion(4500us, true, 1ms)) << "a busy machine holds it up as long";
}

} // namespace
} // namespace gnomon::serving
