// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/traffic_meter.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

Exchange exchange(const std::string& servedBy, const std::string& reason, std::vector<LegOutcome> legs = {}) {
    Exchange made;
    made.servedBy = servedBy;
    made.reason = reason;
    made.answered = servedBy != "refuse";
    for (const LegOutcome outcome : legs) {
        made.legs.emplace_back().outcome = outcome;
    }
    return made;
}

TEST(TrafficMeter, tellsTheLastMinuteAndEverything) {
    test::ManualClock clock;
    TrafficMeter meter(clock);
    for (int second = 0; second < 120; ++second) {
        for (int i = 0; i < 10; ++i) {
            const bool late = second >= 60 && i == 0;
            meter.record(i < 9 ? 1ms : 100ms, exchange(late ? "fallback" : "production", late ? "late" : ""), true);
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
    meter.record(1ms, exchange("refuse", ""), true);
    clock.advance(61s);
    const TrafficSummary summary = meter.summary();
    EXPECT_EQ(summary.requestsPerSecond, 0);
    EXPECT_EQ(summary.p99Seconds, 0);
    EXPECT_EQ(summary.requests, 1u);
    EXPECT_EQ(summary.failed, 1u);
}

TEST(TrafficMeter, countsWhoAnsweredAndWhyItWasNotProduction) {
    test::ManualClock clock;
    TrafficMeter meter(clock);
    meter.record(3us, exchange("production", "", {LegOutcome::Ok}), true);
    meter.record(3us, exchange("fallback", "v1 was late", {LegOutcome::Late, LegOutcome::Ok}), true);
    meter.record(3us, exchange("constant", "v1 ...", {LegOutcome::NotFinite, LegOutcome::Late, LegOutcome::Ok}), true);
    meter.record(3us, exchange("refuse", "v1 failed", {LegOutcome::Failed}), true);
    meter.record(1h, exchange("version", "v2 failed", {LegOutcome::Ok}), false);
    const TrafficTotals totals = meter.totals();
    EXPECT_EQ(totals.servedBy, (std::array<std::uint64_t, 5>{1, 1, 1, 1, 1}));
    EXPECT_EQ(totals.substitutedAfter[static_cast<std::size_t>(LegOutcome::Late)], 1u);
    EXPECT_EQ(totals.substitutedAfter[static_cast<std::size_t>(LegOutcome::NotFinite)], 1u);
    EXPECT_EQ(totals.substitutedAfter[static_cast<std::size_t>(LegOutcome::Failed)], 0u); // nobody answered for it
    EXPECT_EQ(totals.latencies[1], 4u);
    EXPECT_EQ(totals.latencies.back(), 1u);
    EXPECT_EQ(totals.latencySum, 1h + 12us);
    EXPECT_EQ(meter.summary().substituted, 2u);
}

} // namespace
} // namespace gnomon::serving
