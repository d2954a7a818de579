// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/breaker.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

constexpr MonoTime kStart{1h};

void fail(Breaker& breaker, int times, MonoTime at) {
    for (int i = 0; i < times; ++i) {
        breaker.failed(at, false);
    }
}

TEST(Breaker, opensAfterFiveFailuresInARow) {
    Breaker breaker;
    fail(breaker, 4, kStart);
    EXPECT_TRUE(breaker.allow(kStart));
    breaker.failed(kStart, false);
    EXPECT_FALSE(breaker.allow(kStart));
    EXPECT_EQ(breaker.state(), Breaker::State::Open);
}

TEST(Breaker, aSuccessBreaksTheRow) {
    Breaker breaker;
    for (int i = 0; i < 9; ++i) {
        fail(breaker, 4, kStart + i * 2s);
        breaker.succeeded(kStart + i * 2s);
    }
    EXPECT_TRUE(breaker.allow(kStart + 20s));
}

TEST(Breaker, opensWhenHalfOfTwentyFailWithinASecond) {
    Breaker breaker;
    for (int i = 0; i < 9; ++i) {
        breaker.succeeded(kStart);
        breaker.failed(kStart, false);
    }
    breaker.succeeded(kStart);
    EXPECT_TRUE(breaker.allow(kStart)) << "19 runs are not yet enough";
    breaker.failed(kStart, false);
    EXPECT_FALSE(breaker.allow(kStart));
}

TEST(Breaker, theShareIsOfOneSecondOnly) {
    Breaker breaker;
    for (int i = 0; i < 40; ++i) {
        breaker.succeeded(kStart + i * 200ms);
        breaker.failed(kStart + i * 200ms, false);
    }
    EXPECT_TRUE(breaker.allow(kStart + 9s));
}

TEST(Breaker, oneProbeDecidesAndTheTimeDoublesUpToTheLongest) {
    Breaker breaker;
    fail(breaker, 5, kStart);
    MonoTime now = kStart;
    for (const auto open : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        EXPECT_FALSE(breaker.allow(now + open - 1ms));
        now += open;
        EXPECT_TRUE(breaker.allow(now));
        EXPECT_FALSE(breaker.allow(now)) << "only one probe at a time";
        breaker.failed(now, true);
    }
    EXPECT_TRUE(breaker.allow(now + 30s));
    breaker.succeeded(now + 30s);
    EXPECT_EQ(breaker.state(), Breaker::State::Closed);
    fail(breaker, 5, now + 40s);
    EXPECT_EQ(breaker.openUntil(), now + 41s) << "a recovery starts from the beginning";
}

TEST(Breaker, aProbeThatSaysNothingLeavesRoomForAnother) {
    Breaker breaker;
    fail(breaker, 5, kStart);
    EXPECT_TRUE(breaker.allow(kStart + 1s));
    breaker.withdrawn(true);
    EXPECT_TRUE(breaker.allow(kStart + 1s));
}

TEST(Breaker, underSuspicionOneProbeDecides) {
    Breaker breaker;
    breaker.suspect();
    EXPECT_TRUE(breaker.allow(kStart));
    EXPECT_FALSE(breaker.allow(kStart)) << "only one probe at a time";
    breaker.succeeded(kStart);
    EXPECT_EQ(breaker.state(), Breaker::State::Closed);

    breaker.suspect();
    EXPECT_TRUE(breaker.allow(kStart));
    breaker.failed(kStart, true);
    EXPECT_EQ(breaker.state(), Breaker::State::Open);
    EXPECT_EQ(breaker.openUntil(), kStart + 1s);
}

TEST(Breaker, runsThatStartedBeforeTheProbeDoNotFailIt) {
    Breaker breaker;
    breaker.suspect();
    EXPECT_TRUE(breaker.allow(kStart));
    fail(breaker, 7, kStart);
    breaker.withdrawn(false);
    EXPECT_EQ(breaker.state(), Breaker::State::HalfOpen);
    EXPECT_FALSE(breaker.allow(kStart)) << "the probe is still under way";
    breaker.succeeded(kStart);
    EXPECT_EQ(breaker.state(), Breaker::State::Closed);
}

TEST(Breaker, suspicionDoesNotShortenTheTimeItIsOpen) {
    Breaker breaker;
    fail(breaker, 5, kStart);
    breaker.suspect();
    EXPECT_FALSE(breaker.allow(kStart + 999ms));
}

TEST(Breaker, whatStartedBeforeItOpenedDoesNotMoveIt) {
    Breaker breaker;
    fail(breaker, 5, kStart);
    fail(breaker, 20, kStart + 500ms);
    breaker.succeeded(kStart + 500ms);
    EXPECT_FALSE(breaker.allow(kStart + 999ms));
    EXPECT_TRUE(breaker.allow(kStart + 1s));
}

} // namespace
} // namespace gnomon::serving
