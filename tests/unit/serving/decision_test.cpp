// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/decision.h"
#include "tests/support/fake_runner.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using test::floats;

DecisionRule rule(std::int64_t column) {
    DecisionRule rule;
    rule.scoreOutput = "p";
    rule.scoreColumn = column;
    rule.positive = "spam";
    rule.negative = "ham";
    return rule;
}

TEST(Judge, readsTheFirstRowOfTheColumn) {
    const TensorSet outputs = makeTensorSet({floats("p", {2, 2}, {0.25F, 0.75F, 1.0F, 0.0F})});
    EXPECT_EQ(judge(rule(1), outputs), (Judgement{0.75, "spam"}));
    EXPECT_EQ(judge(rule(0), outputs), (Judgement{0.25, "ham"}));
}

TEST(Judge, theThresholdItselfIsPositive) {
    EXPECT_EQ(judge(rule(0), makeTensorSet({floats("p", {1}, {0.5F})})).decision, "spam");
}

TEST(Judge, theLargestColumnNamesTheClass) {
    DecisionRule classes = rule(0);
    classes.classes = {"low", "middle", "high"};
    EXPECT_EQ(judge(classes, makeTensorSet({floats("p", {1, 3}, {0.2F, 0.5F, 0.3F})})).decision, "middle");
    EXPECT_EQ(judge(classes, makeTensorSet({floats("p", {1, 2}, {0.2F, 0.5F})})).decision, "middle");
}

TEST(Judge, hasNothingToSayWithoutTheOutput) {
    const TensorSet outputs = makeTensorSet({floats("p", {1, 2}, {0.2F, 0.8F})});
    EXPECT_EQ(judge(DecisionRule{}, outputs), Judgement{});
    EXPECT_EQ(judge(rule(2), outputs), Judgement{});
    EXPECT_EQ(judge(rule(0), makeTensorSet({floats("p", {0, 2}, {})})), Judgement{}) << "no rows, no decision";
    EXPECT_EQ(judge(rule(0), makeTensorSet({Tensor{"p", DataType::ByteString, {1}, toBytes("\1\0\0\0a")}})),
              Judgement{});
}

TEST(ClusterOf, isTheEntityOrTheMinute) {
    const test::ManualClock clock;
    EndpointSettings settings;
    EXPECT_EQ(clusterOf(settings, {{"row", "17"}}, clock.wallNow()), "2026-03-01T12:00");
    EXPECT_EQ(clusterOf(settings, {}, clock.wallNow() + std::chrono::seconds(60)), "2026-03-01T12:01");
    EXPECT_EQ(clusterOf(settings, {}, clock.wallNow() + std::chrono::seconds(59)), "2026-03-01T12:00");
    EXPECT_EQ(clusterOf(settings, {}, clock.wallNow() - std::chrono::seconds(1)), "2026-03-01T11:59");
    settings.clusterParameter = "row";
    EXPECT_EQ(clusterOf(settings, {{"row", "17"}}, clock.wallNow()), "17");
    EXPECT_EQ(clusterOf(settings, {{"other", "17"}}, clock.wallNow()), "2026-03-01T12:00");
    EXPECT_EQ(clusterOf(settings, {{"row", "1\n7"}}, clock.wallNow()).find('\n'), std::string::npos);
}

} // namespace
} // namespace gnomon::serving
