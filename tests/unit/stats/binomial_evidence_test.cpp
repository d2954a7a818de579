// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/binomial_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gnomon::stats {
namespace {

const double kLimit = std::log(20.0); // alpha = 0.05

TEST(FlipEvidence, knownValues) {
    EXPECT_NEAR(flipLogE(0, 0), 0, 1e-12);
    EXPECT_NEAR(flipLogE(1, 0), 0, 1e-12);                            // 2 * B(2, 1) = 1
    EXPECT_NEAR(flipLogE(10, 0), std::log(1024.0 / 11), 1e-12);       // 2^10 / 11
    EXPECT_NEAR(flipLogE(2, 3), std::log(32.0 * 2 * 6 / 720), 1e-12); // 2^5 2! 3! / 6!
    EXPECT_EQ(flipLogE(7, 3), flipLogE(3, 7));
}

TEST(FlipEvidence, isARateAgainstOneHalf) {
    EXPECT_NEAR(flipLogE(40, 25), rateLogE(40, 65, 0.5), 1e-9);
}

TEST(FlipEvidence, falselySignalsLessOftenThanAlphaHoweverOftenLookedAt) {
    std::mt19937_64 random(7);
    constexpr int kRuns = 500;
    int signals = 0;
    for (int run = 0; run < kRuns; ++run) {
        std::uint64_t b = 0;
        std::uint64_t c = 0;
        bool signal = false;
        for (int i = 0; i < 3000 && !signal; ++i) {
            ((random() & 1) != 0 ? b : c) += 1;
            signal = flipLogE(b, c) >= kLimit;
        }
        signals += signal ? 1 : 0;
    }
    EXPECT_GT(signals, 0);
    EXPECT_LE(signals, kRuns / 20);
}

TEST(RateBounds, knownValues) {
    EXPECT_EQ(rateBounds(0, 0, 0.05), (Bounds{0, 1}));
    // None of n: refuted above 1 - ((n + 1) / alpha)^(-1/n) ... solved by hand for n = 100.
    const Bounds none = rateBounds(0, 100, 0.05);
    EXPECT_EQ(none.low, 0);
    EXPECT_NEAR(none.high, 1 - std::exp(-std::log(101 * 20.0) / 100), 1e-9);
    const Bounds all = rateBounds(100, 100, 0.05);
    EXPECT_NEAR(all.low, 1 - none.high, 1e-9);
    EXPECT_EQ(all.high, 1);
}

TEST(RateBounds, areWhereTheEvidenceReachesItsLimit) {
    const Bounds bounds = rateBounds(180, 20000, 0.05);
    EXPECT_LT(bounds.low, 0.009);
    EXPECT_GT(bounds.high, 0.009);
    EXPECT_NEAR(rateLogE(180, 20000, bounds.low), kLimit, 1e-6);
    EXPECT_NEAR(rateLogE(180, 20000, bounds.high), kLimit, 1e-6);
}

TEST(RateBounds, agreeWithSideOfRate) {
    const Bounds bounds = rateBounds(30, 1000, 0.02);
    EXPECT_EQ(sideOfRate(30, 1000, bounds.high * 1.001, 0.02), Side::Below);
    EXPECT_EQ(sideOfRate(30, 1000, bounds.low * 0.999, 0.02), Side::Above);
    EXPECT_EQ(sideOfRate(30, 1000, bounds.high * 0.999, 0.02), Side::Unknown);
    EXPECT_EQ(sideOfRate(0, 0, 0.5, 0.02), Side::Unknown);
}

TEST(RateBounds, aTunedMixtureIsTighterBelowAndWiderFarAbove) {
    EXPECT_LT(rateBounds(1, 1500, 0.02, 0.005).high, rateBounds(1, 1500, 0.02).high);
    EXPECT_GT(rateBounds(500, 1000, 0.02, 0.005).high, rateBounds(500, 1000, 0.02).high);
    EXPECT_NEAR(rateLogE(3, 10, 0.2, 1), rateLogE(3, 10, 0.2), 1e-12);
    // 4 B(2, 7) / (0.2^1 0.8^3): by hand for 1 of 4 and b = 4.
    EXPECT_NEAR(rateLogE(1, 4, 0.2, 0.25), std::log(4.0 / 56 / (0.2 * 0.512)), 1e-12);
}

TEST(RateBounds, aTunedMixtureHalvesTheTrafficUntilEquivalence) {
    const auto needed = [](double tunedFor) {
        std::uint64_t n = 1;
        while (sideOfRate(0, n, 0.005, 0.02, tunedFor) != Side::Below) {
            ++n;
        }
        return n;
    };
    EXPECT_LT(needed(0.005), needed(1) * 6 / 10);
}

TEST(RateBounds, missTheTruthLessOftenThanAlphaHoweverOftenLookedAt) {
    std::mt19937_64 random(11);
    for (const auto& [truth, tunedFor] : {std::pair(0.1, 1.0), {0.01, 1.0}, {0.001, 1.0}, {0.02, 0.02}, {0.05, 0.01}}) {
        std::bernoulli_distribution hit(truth);
        constexpr int kRuns = 400;
        int misses = 0;
        for (int run = 0; run < kRuns; ++run) {
            std::uint64_t k = 0;
            bool missed = false;
            for (std::uint64_t n = 1; n <= 3000 && !missed; ++n) {
                k += hit(random) ? 1 : 0;
                missed = sideOfRate(k, n, truth, 0.05, tunedFor) != Side::Unknown;
            }
            misses += missed ? 1 : 0;
        }
        EXPECT_LE(misses, kRuns / 20) << truth << " tuned for " << tunedFor;
    }
}

TEST(LeanOf, needsBothAPreferenceAndAShareAboveTheMargin) {
    EXPECT_EQ(leanOf(200, 20, 1000, 0.05, 0.01), Lean::First);
    EXPECT_EQ(leanOf(20, 200, 1000, 0.05, 0.01), Lean::Second);
    EXPECT_EQ(leanOf(200, 190, 1000, 0.05, 0.01), Lean::Neither);   // no preference
    EXPECT_EQ(leanOf(200, 20, 100'000, 0.05, 0.01), Lean::Neither); // too rare to matter
    EXPECT_EQ(leanOf(0, 0, 0, 0.05, 0.01), Lean::Neither);
}

} // namespace
} // namespace gnomon::stats
