// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/patience.h"
#include "backend/serving/policy/service_time.h"
#include "backend/serving/policy/usage.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const MonoTime kStart = MonoTime(1h);

// Answers one call after the other, each after `each`, while `wait` others wait.
MonoTime answerOneByOne(ServiceTime& time, MonoTime now, int calls, nanoseconds each, std::size_t wait) {
    for (int i = 0; i < calls; ++i) {
        const MonoTime since = now - static_cast<std::int64_t>(wait) * each;
        now += each;
        time.answered(now, since, wait + 1, wait);
    }
    return now;
}

TEST(ServiceTime, isWhatOneTakesHoweverManyWait) {
    ServiceTime time(2);
    EXPECT_EQ(time.waitBehind(100), 0ms) << "unknown";
    answerOneByOne(time, kStart, 800, 2500us, 8); // two workers, five milliseconds each
    EXPECT_NEAR(static_cast<double>(time.ofOne().count()), 5e6, 1e4);
    EXPECT_EQ(time.waitBehind(1), 0ms);
    EXPECT_NEAR(static_cast<double>(time.waitBehind(7).count()), 15e6, 1e5);
}

TEST(ServiceTime, isNotMadeOfTheFirstSlowCalls) {
    ServiceTime time(2);
    for (int i = 0; i < 15; ++i) {
        time.answered(kStart + 800ms, kStart, 1, 0);
        EXPECT_EQ(time.ofOne(), 0ms);
    }
    time.answered(kStart + 3ms, kStart, 1, 0);
    EXPECT_EQ(time.ofOne(), 3ms);
}

TEST(ServiceTime, isNotThrownByOneSlowCallButFollowsAChange) {
    ServiceTime time(1);
    MonoTime now = answerOneByOne(time, kStart, 100, 1ms, 0);
    now = answerOneByOne(time, now, 8, 1s, 0);
    EXPECT_LT(time.ofOne(), 2ms);
    answerOneByOne(time, now, 100, 20ms, 0);
    EXPECT_GT(time.ofOne(), 15ms);
}

TEST(ServiceTime, isHardlyMovedByAPauseOfTheMachineThatManyWaitThrough) {
    ServiceTime time(1);
    MonoTime now = answerOneByOne(time, kStart, 400, 100us, 20);
    for (int pause = 0; pause < 20; ++pause) { // five milliseconds in which nothing happens, every fifteen
        now = answerOneByOne(time, now + 5ms, 100, 100us, 20);
    }
    EXPECT_LT(time.ofOne(), 150us);
}

TEST(ServiceTime, doesNotTakeCallsThatWaitForSomethingElseForAQueue) {
    ServiceTime time(2);
    MonoTime now = answerOneByOne(time, kStart, 40, 1ms, 0);
    for (int i = 0; i < 400; ++i) { // two calls hang, the others come seldom and are answered at once
        now += 100ms;
        time.answered(now, now - 1ms, 3, 2);
    }
    EXPECT_LT(time.ofOne(), 2ms);
}

TEST(Patience, endsWhenTheQueueIsFullAndComesBackWhenFewAreTurnedAway) {
    Patience patience(50ms);
    patience.came(kStart, false);
    EXPECT_EQ(patience.allowed(5ms), 50ms);
    EXPECT_EQ(patience.allowed(80ms), 320ms) << "a few slow calls are no overload";
    patience.came(kStart, true);
    EXPECT_TRUE(patience.overloaded());
    EXPECT_EQ(patience.allowed(8ms), 8ms);
    EXPECT_EQ(patience.allowed(10us), 5ms) << "bursts after a pause are no overload";
    EXPECT_EQ(patience.allowed(80ms), 80ms);
    MonoTime now = kStart;
    for (int i = 0; i < 3000; ++i, now += 1ms) {
        patience.came(now, i % 2 == 0);
    }
    EXPECT_TRUE(patience.overloaded()) << "half are turned away";
    for (int i = 0; i < 2500 && patience.overloaded(); ++i, now += 1ms) {
        patience.came(now, i % 8 == 1);
    }
    EXPECT_FALSE(patience.overloaded()) << "one in eight is";
}

TEST(Patience, forgetsAnOverloadThatEndedInSilence) {
    Patience patience(50ms);
    for (int i = 0; i < 100; ++i) {
        patience.came(kStart, true);
    }
    patience.came(kStart + 10s, false);
    EXPECT_FALSE(patience.overloaded());
}

TEST(Usage, halvesEverySecond) {
    Usage usage;
    usage.add(kStart, 1s);
    EXPECT_DOUBLE_EQ(usage.at(kStart + 1s), 0.5);
    usage.add(kStart + 1s, 1s);
    EXPECT_DOUBLE_EQ(usage.at(kStart + 3s), 0.375);
}

TEST(Usage, isOverItsShareOnlyAmongOthersAndByMoreThanALittle) {
    EXPECT_FALSE(overShare(10, 10, 1));
    EXPECT_FALSE(overShare(5, 10, 2));
    EXPECT_FALSE(overShare(5.4, 10, 2));
    EXPECT_TRUE(overShare(5.6, 10, 2));
}

} // namespace
} // namespace gnomon::serving
