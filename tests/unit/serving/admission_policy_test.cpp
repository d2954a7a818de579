// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/patience.h"
#include "backend/serving/policy/service_time.h"
#include "backend/serving/policy/token_bucket.h"
#include "backend/serving/policy/usage.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const MonoTime kStart = MonoTime(1h);

TEST(TokenBucket, letsThroughItsRateHoweverManyCome) {
    for (const double rate : {7.0, 100.0, 3333.0}) {
        TokenBucket bucket(rate, std::max(rate / 10, 2.0));
        std::uint64_t passed = 0;
        const auto step = nanoseconds(static_cast<std::int64_t>(1e9 / (20 * rate)));
        for (MonoTime now = kStart; now < kStart + 60s; now += step) {
            if (bucket.wait(now).count() == 0) {
                bucket.take(now);
                ++passed;
            }
        }
        EXPECT_NEAR(static_cast<double>(passed), 60 * rate + rate / 10, 0.01 * 60 * rate);
    }
}

TEST(TokenBucket, letsABurstThroughAtOnceAndSaysWhenTheNextMayCome) {
    TokenBucket bucket(10, 3);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(bucket.wait(kStart).count(), 0) << i;
        bucket.take(kStart);
    }
    EXPECT_EQ(bucket.wait(kStart), 100ms);
    EXPECT_EQ(bucket.wait(kStart + 100ms), 0ms);
    EXPECT_FALSE(bucket.full(kStart + 100ms));
    EXPECT_TRUE(bucket.full(kStart + 300ms));
}

TEST(TokenBucket, withoutARateLetsEverythingThrough) {
    TokenBucket bucket;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(bucket.wait(kStart - i * 1us).count(), 0);
        bucket.take(kStart - i * 1us);
    }
}

TEST(ServiceTime, isWhatOneTakesHoweverManyWait) {
    ServiceTime time(2);
    EXPECT_EQ(time.waitBehind(100), 0ms) << "unknown";
    for (int i = 0; i < 200; ++i) {
        time.sample(20ms, 8); // four rounds of two
    }
    EXPECT_NEAR(static_cast<double>(time.ofOne().count()), 5e6, 1e4);
    EXPECT_EQ(time.waitBehind(1), 0ms);
    EXPECT_NEAR(static_cast<double>(time.waitBehind(7).count()), 15e6, 1e5);
}

TEST(ServiceTime, isNotMadeOfTheFirstSlowCalls) {
    ServiceTime time(2);
    for (int i = 0; i < 15; ++i) {
        time.sample(800ms, 1);
        EXPECT_EQ(time.ofOne(), 0ms);
    }
    time.sample(3ms, 1);
    EXPECT_EQ(time.ofOne(), 3ms);
}

TEST(ServiceTime, isNotThrownByOneSlowCallButFollowsAChange) {
    ServiceTime time(1);
    for (int i = 0; i < 100; ++i) {
        time.sample(1ms, 1);
    }
    for (int i = 0; i < 8; ++i) {
        time.sample(1s, 1);
    }
    EXPECT_LT(time.ofOne(), 2ms);
    for (int i = 0; i < 100; ++i) {
        time.sample(20ms, 1);
    }
    EXPECT_GT(time.ofOne(), 15ms);
}

TEST(Patience, endsWhenTheQueueIsFullAndComesBackWhenFewAreTurnedAway) {
    Patience patience(50ms);
    patience.came(kStart, false);
    EXPECT_EQ(patience.allowed(5ms), 50ms);
    EXPECT_EQ(patience.allowed(80ms), 320ms) << "a few slow calls are no overload";
    patience.came(kStart, true);
    EXPECT_TRUE(patience.overloaded());
    EXPECT_EQ(patience.allowed(5ms), 5ms);
    EXPECT_EQ(patience.allowed(10us), 1ms);
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
