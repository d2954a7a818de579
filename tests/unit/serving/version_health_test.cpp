// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/version_health.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using Kind = Permit::Kind;

constexpr MonoTime kStart{1h};
constexpr Attempt kReplaceable{100ms, false, false, true};
constexpr Attempt kAlone{100ms, false, false, false};

class VersionHealthTest : public testing::Test {
protected:
    Kind ask(MonoTime now) { return health.ask(now).kind; }

    VersionHealth health{BreakerRule{}, 3};
};

TEST_F(VersionHealthTest, oneOverdueRunPutsASilentVersionUnderSuspicion) {
    EXPECT_EQ(ask(kStart), Kind::Ask);
    health.overran(kStart + 100ms, kReplaceable);
    EXPECT_EQ(ask(kStart + 100ms), Kind::Probe);
    EXPECT_EQ(ask(kStart + 101ms), Kind::Leave) << "one probe at a time";
    health.succeeded(kStart + 102ms, 2ms, 1ms);
    EXPECT_EQ(ask(kStart + 102ms), Kind::Ask);
}

TEST_F(VersionHealthTest, otherRunsOfThatTimeDoNotDecideForTheProbe) {
    health.overran(kStart + 100ms, kReplaceable);
    EXPECT_EQ(ask(kStart + 100ms), Kind::Probe);
    for (int i = 0; i < 7; ++i) {
        health.overran(kStart + 101ms, kReplaceable);
    }
    health.succeeded(kStart + 102ms, 2ms, 1ms);
    EXPECT_EQ(ask(kStart + 102ms), Kind::Ask);
}

TEST_F(VersionHealthTest, aProbeThatOverrunsOpensTheCircuit) {
    health.overran(kStart + 100ms, kReplaceable);
    EXPECT_EQ(ask(kStart + 100ms), Kind::Probe);
    health.overran(kStart + 300ms, {200ms, true, false, true});
    EXPECT_EQ(ask(kStart + 1299ms), Kind::Leave);
    EXPECT_EQ(ask(kStart + 1300ms), Kind::Probe);
}

TEST_F(VersionHealthTest, aVersionThatAnswersOthersIsNotSuspectedForOneSlowRun) {
    health.succeeded(kStart + 50ms, 2ms, 1ms);
    health.overran(kStart + 100ms, kReplaceable);
    EXPECT_EQ(ask(kStart + 100ms), Kind::Ask);
}

TEST_F(VersionHealthTest, withNobodyBehindItTakesRepeatedFailures) {
    for (int i = 0; i < 4; ++i) {
        health.overran(kStart + 100ms, kAlone);
    }
    EXPECT_EQ(ask(kStart + 100ms), Kind::Ask);
    health.overran(kStart + 100ms, kAlone);
    EXPECT_EQ(ask(kStart + 100ms), Kind::Leave);
}

TEST_F(VersionHealthTest, aCallerInAHurryProvesNothing) {
    health.overran(kStart + 3ms, {3ms, false, true, true});
    EXPECT_EQ(ask(kStart + 3ms), Kind::Ask);
}

TEST_F(VersionHealthTest, halfOfTenMillisecondsIsEnoughToSuspectASilentVersion) {
    health.overran(kStart + 5ms, {5ms, false, true, true});
    EXPECT_EQ(ask(kStart + 5ms), Kind::Probe);
}

TEST_F(VersionHealthTest, tellsWhatTheVersionTakes) {
    EXPECT_EQ(health.ask(kStart).typical, 0ms);
    health.succeeded(kStart, 16ms, 1ms);
    EXPECT_EQ(health.ask(kStart).typical, 16ms);
    health.succeeded(kStart, 32ms, 1ms);
    EXPECT_EQ(health.ask(kStart).typical, 17ms);
}

} // namespace
} // namespace gnomon::serving
