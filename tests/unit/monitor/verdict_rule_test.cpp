// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/verdict_rule.h"

#include <gtest/gtest.h>

namespace gnomon::monitor {
namespace {

constexpr Verdict U = Verdict::CannotTellYet;
constexpr Verdict E = Verdict::Equivalent;
constexpr Verdict D = Verdict::Different;
constexpr Verdict B = Verdict::Better;
constexpr Verdict W = Verdict::Worse;
constexpr Verdict C = Verdict::Conflicting;

Verdict overall(Verdict answers, Verdict running) {
    return overallVerdict({answers, answers, running, U, true, true, true});
}

TEST(OverallVerdict, followsItsTable) {
    EXPECT_EQ(overall(U, U), U);
    EXPECT_EQ(overall(U, B), U);
    EXPECT_EQ(overall(U, W), W);
    EXPECT_EQ(overall(E, U), E);
    EXPECT_EQ(overall(E, B), B);
    EXPECT_EQ(overall(E, W), C);
    EXPECT_EQ(overall(D, U), D);
    EXPECT_EQ(overall(D, B), C);
    EXPECT_EQ(overall(D, W), W);
    EXPECT_EQ(overall(C, U), C);
    EXPECT_EQ(overall(E, C), C);
}

TEST(OverallVerdict, equivalenceNeedsBothDecisionsAndScores) {
    EXPECT_EQ(overallVerdict({E, U, U, U, true, true, true}), U);
    EXPECT_EQ(overallVerdict({U, E, U, U, true, true, true}), U);
    EXPECT_EQ(overallVerdict({E, D, U, U, true, true, true}), D);
    EXPECT_EQ(overallVerdict({E, U, U, U, true, false, true}), E);
    EXPECT_EQ(overallVerdict({U, E, U, U, false, true, true}), E);
    EXPECT_EQ(overallVerdict({U, U, U, U, false, false, true}), U);
}

TEST(OverallVerdict, withoutCoverageOnlyErrorsSpeak) {
    EXPECT_EQ(overallVerdict({E, E, U, U, true, true, false}), U);
    EXPECT_EQ(overallVerdict({D, D, U, W, true, true, false}), U);
    EXPECT_EQ(overallVerdict({E, E, W, U, true, true, false}), W);
}

TEST(OverallVerdict, betterAndWorseTogetherConflict) {
    EXPECT_EQ(overallVerdict({E, E, B, W, true, true, true}), C);
    EXPECT_EQ(overallVerdict({E, E, B, B, true, true, true}), B);
    EXPECT_EQ(overallVerdict({U, U, W, B, true, true, true}), C);
}

TEST(Finding, isKeptAndOnlyEverContradicted) {
    Finding finding;
    finding.note(U, 1);
    EXPECT_EQ(finding.verdict(), U);
    finding.note(E, 2);
    finding.note(U, 3);
    finding.note(E, 4);
    EXPECT_EQ(finding.verdict(), E);
    EXPECT_EQ(finding.units(), 2u);
    finding.note(D, 5);
    EXPECT_EQ(finding.verdict(), C);
    finding.note(E, 6);
    EXPECT_EQ(finding.verdict(), C);
}

} // namespace
} // namespace gnomon::monitor
