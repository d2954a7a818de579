// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/token_bucket.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gnomon {
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

} // namespace
} // namespace gnomon
