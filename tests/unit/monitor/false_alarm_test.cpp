// SPDX-License-Identifier: GPL-3.0-or-later
// The promise of the verdict, by simulation with fixed seeds: looked at after every pair, it is wrong at most as often
// as alpha says.
#include "tests/support/comparison_stream.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

using test::Stream;

constexpr unsigned kSeeds = 200;

TEST(FalseAlarm, versionsThatDifferAsMuchAsToleratedAreSeldomCalledDifferent) {
    int alarms = 0;
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
        EndpointSettings settings = Stream::defaults();
        settings.margin = 0.02;
        settings.scoreMargin = 0.05;
        Stream stream(seed, settings);
        bool alarm = false;
        for (int i = 0; i < 60 && !alarm; ++i) {
            stream.sendFlipping(20, 0.02, false);
            const Verdict verdict = stream.verdict();
            alarm = verdict != Verdict::CannotTellYet;
        }
        alarms += alarm ? 1 : 0;
    }
    EXPECT_LE(alarms, static_cast<int>(kSeeds * 0.05));
}

TEST(FalseAlarm, equalVersionsWithNoisyLatencyAndErrorsAreNeverDifferentBetterOrWorse) {
    int alarms = 0;
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
        Stream stream(seed);
        std::lognormal_distribution<double> milliseconds(1, 1.2);
        bool alarm = false;
        for (int i = 0; i < 1000 && !alarm; ++i) {
            Observation observation = stream.equalPair();
            for (Leg& leg : observation.exchange.legs) {
                leg.latency = std::chrono::microseconds(static_cast<int>(milliseconds(stream.random) * 1000));
                leg.outcome = stream.unit() < 0.02 ? LegOutcome::Failed : LegOutcome::Ok;
            }
            stream.send(observation);
            if (i % 10 == 0) {
                const Verdict verdict = stream.verdict();
                alarm = verdict != Verdict::CannotTellYet && verdict != Verdict::Equivalent;
            }
        }
        alarms += alarm ? 1 : 0;
    }
    EXPECT_LE(alarms, static_cast<int>(kSeeds * 0.05));
}

TEST(FalseAlarm, realDifferencesAreFound) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        Stream stream(seed);
        stream.sendFlipping(3000, 0.03, true);
        EXPECT_EQ(stream.verdict(), Verdict::Different) << seed;
    }
}

} // namespace
} // namespace gnomon::monitor
