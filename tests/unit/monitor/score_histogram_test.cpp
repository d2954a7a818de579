// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/score_histogram.h"

#include <gtest/gtest.h>

#include <random>

namespace gnomon::monitor {
namespace {

std::uint64_t total(const std::vector<Bin>& bins) {
    std::uint64_t sum = 0;
    for (const Bin& bin : bins) {
        sum += bin.production + bin.shadow;
    }
    return sum;
}

TEST(ScoreHistogram, isEmptyBeforeTheFirstScore) {
    EXPECT_TRUE(ScoreHistogram().bins().empty());
}

TEST(ScoreHistogram, probabilitiesGetTheirWholeRange) {
    ScoreHistogram histogram;
    for (int i = 0; i < 1000; ++i) {
        histogram.add(0.4, 1.0);
    }
    const std::vector<Bin> bins = histogram.bins();
    ASSERT_EQ(bins.size(), ScoreHistogram::kBins);
    EXPECT_EQ(bins.front().low, 0);
    EXPECT_EQ(bins.back().high, 1);
    EXPECT_EQ(bins[20].production, 1000u);
    EXPECT_EQ(bins[49].shadow, 1000u);
    EXPECT_EQ(histogram.span(), 1);
}

TEST(ScoreHistogram, fewScoresAreShownAtOnce) {
    ScoreHistogram histogram;
    histogram.add(3, 5);
    EXPECT_EQ(total(histogram.bins()), 2u);
    EXPECT_EQ(histogram.bins().front().low, 3);
    EXPECT_EQ(histogram.bins().back().high, 5);
}

TEST(ScoreHistogram, oneRepeatedScoreHasARangeAroundIt) {
    ScoreHistogram histogram;
    for (int i = 0; i < 300; ++i) {
        histogram.add(1000, 1000);
    }
    EXPECT_EQ(total(histogram.bins()), 600u);
    EXPECT_GT(histogram.span(), 0);
}

TEST(ScoreHistogram, widensWithoutLosingAnyAndKeepsEachInItsPlace) {
    ScoreHistogram histogram;
    std::mt19937_64 random(5);
    std::vector<double> scores;
    for (int i = 0; i < 2000; ++i) {
        const double score = std::normal_distribution<double>(0, 1 + i / 10.0)(random);
        scores.push_back(score);
        histogram.add(score, score);
    }
    const std::vector<Bin> bins = histogram.bins();
    EXPECT_EQ(total(bins), 4000u);
    for (const Bin& bin : bins) {
        std::uint64_t expected = 0;
        for (const double score : scores) {
            expected += score >= bin.low && score < bin.high ? 1 : 0;
        }
        // A score on a limit may round into the neighbour.
        EXPECT_NEAR(static_cast<double>(bin.production), static_cast<double>(expected), 2);
        EXPECT_EQ(bin.production, bin.shadow);
    }
}

TEST(ScoreHistogram, survivesTheLargestNumbers) {
    ScoreHistogram histogram;
    for (int i = 0; i < 200; ++i) {
        histogram.add(0.5, 0.5);
    }
    histogram.add(-1e308, 1e308);
    EXPECT_EQ(total(histogram.bins()), 402u);
}

} // namespace
} // namespace gnomon::monitor
