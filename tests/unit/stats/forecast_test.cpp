// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/binomial_evidence.h"
#include "backend/stats/forecast.h"
#include "backend/stats/mean_sequence.h"

#include <gtest/gtest.h>

namespace gnomon::stats {
namespace {

TEST(ForecastRate, isZeroOnceSettled) {
    ASSERT_EQ(sideOfRate(300, 5000, 0.005, 0.02), Side::Above);
    const auto forecast = forecastRate(300, 5000, 0.005, 0.02);
    ASSERT_TRUE(forecast);
    EXPECT_EQ(forecast->more, 0u);
    EXPECT_TRUE(forecast->above);
}

TEST(ForecastRate, comesTrueWhenTheFutureIsLikeThePast) {
    const auto forecast = forecastRate(2, 1000, 0.01, 0.02); // 0.2 % against 1 %
    ASSERT_TRUE(forecast);
    EXPECT_FALSE(forecast->above);
    ASSERT_GT(forecast->more, 0u);
    const std::uint64_t total = 1000 + forecast->more;
    EXPECT_EQ(sideOfRate(2 + forecast->more * 25 / 10000, total, 0.01, 0.02), Side::Below);
}

TEST(ForecastRate, isAbsentWhenTooCloseToCall) {
    EXPECT_FALSE(forecastRate(49'999'999, 100'000'000, 0.5, 0.02));
}

TEST(ForecastMean, endsWhereTheIntervalLeavesTheMargin) {
    const double scale = meanScaleFor(2000, 0.01);
    const auto forecast = forecastMean(100, 0.005, 0.1, 0.02, 0.01, scale);
    ASSERT_TRUE(forecast);
    EXPECT_FALSE(forecast->above);
    EXPECT_LT(meanHalfWidth(100 + forecast->more, 0.1, 0.01, scale), 0.015);
    EXPECT_GE(meanHalfWidth(99 + forecast->more, 0.1, 0.01, scale), 0.015);
}

TEST(ForecastMean, isAbsentOnTheMarginItself) {
    EXPECT_FALSE(forecastMean(100, 0.02, 0.1, 0.02, 0.01, meanScaleFor(2000, 0.01)));
}

} // namespace
} // namespace gnomon::stats
