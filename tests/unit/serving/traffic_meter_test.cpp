// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/traffic_meter.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

TEST(TrafficMeter, tellsTheLastMinuteAndEverything) {
    test::ManualClock clock;
    TrafficMeter meter(clock);
    for (int second = 0; second < 120; ++second) {
        for (int i = 0; i < 10; ++i) {
            meter.record(i < 9 ? 1ms : 100ms, second < 60 || i > 0 ? "" : "late", true);
        }
        clock.advance(1s);
    }
    const TrafficSummary summary = meter.summary();
    EXPECT_EQ(summary.requests, 1200u);
    EXPECT_EQ(summary.substituted, 60u);
    EXPECT_NEAR(summary.requestsPerSecond, 10, 0.5);
    EXPECT_NEAR(summary.substitutionShare, 0.1, 0.01);
    EXPECT_NEAR(summary.p50Seconds, 0.001, 0.0001);
    EXPECT_NEAR(summary.p99Seconds, 0.1, 0.01);
    EXPECT_EQ(summary.lastReason, "late");
}

TEST(TrafficMeter, aMinuteOfSilenceIsNoTraffic) {
    test::ManualClock clock;
    TrafficMeter meter(clock);
    meter.record(1ms, "", false);
    clock.advance(61s);
    const TrafficSummary summary = meter.summary();
    EXPECT_EQ(summary.requestsPerSecond, 0);
    EXPECT_EQ(summary.p99Seconds, 0);
    EXPECT_EQ(summary.requests, 1u);
    EXPECT_EQ(summary.failed, 1u);
}

} // namespace
} // namespace gnomon::serving
