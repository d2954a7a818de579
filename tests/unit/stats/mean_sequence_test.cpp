// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/mean_sequence.h"
#include "backend/stats/running_moments.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gnomon::stats {
namespace {

TEST(MeanSequence, isInfiniteBeforeItsFirstUse) {
    EXPECT_TRUE(std::isinf(meanHalfWidth(kMeanFirstUse - 1, 1, 0.05, 0.05)));
    EXPECT_TRUE(std::isfinite(meanHalfWidth(kMeanFirstUse, 1, 0.05, 0.05)));
}

TEST(MeanSequence, knownValue) {
    // t = 400, r = 0.1: t r^2 = 4; sqrt(2 * 5 / (400 * 4) * ln(sqrt(5) / 0.05)) = 0.1541...
    EXPECT_NEAR(meanHalfWidth(400, 2, 0.05, 0.1), 2 * std::sqrt(10.0 / 1600 * std::log(std::sqrt(5.0) / 0.05)), 1e-12);
}

TEST(MeanSequence, isTightestWhereItWasTuned) {
    const double tuned = meanHalfWidth(2000, 1, 0.05, meanScaleFor(2000, 0.05));
    EXPECT_LE(tuned, meanHalfWidth(2000, 1, 0.05, meanScaleFor(500, 0.05)));
    EXPECT_LE(tuned, meanHalfWidth(2000, 1, 0.05, meanScaleFor(8000, 0.05)));
}

TEST(MeanSequence, missesTheTruthLessOftenThanAlphaOnSkewedDifferences) {
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> skewed(0, 0.8);
    const double scale = meanScaleFor(2000, 0.05);
    constexpr int kRuns = 400;
    int misses = 0;
    for (int run = 0; run < kRuns; ++run) {
        RunningMoments moments;
        bool missed = false;
        for (int i = 0; i < 4000 && !missed; ++i) {
            moments.add(skewed(random) - skewed(random));
            missed = i % 5 == 0 && std::abs(moments.mean()) >
                                       meanHalfWidth(moments.count(), std::sqrt(moments.variance()), 0.05, scale);
        }
        misses += missed ? 1 : 0;
    }
    EXPECT_LE(misses, kRuns / 20);
}

} // namespace
} // namespace gnomon::stats
