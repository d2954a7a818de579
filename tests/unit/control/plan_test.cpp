// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/plan_codec.h"
#include "tests/support/change_bench.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::control {
namespace {

using test::ChangeBench;

class PlanTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(bench.changes().recover().ok()); }

    ChangeBench bench;
};

TEST_F(PlanTest, showsExactlyWhatWouldBeDone) {
    const auto preview = bench.changes().plan(bench.request(ChangeKind::Promote, 2), bench.ada);
    ASSERT_TRUE(preview.ok()) << preview.error().message;
    ASSERT_EQ(preview->plan.targets.size(), 1u);
    const PlanTarget& target = preview->plan.targets[0];
    EXPECT_EQ(target.base, GenerationNumber(1));
    EXPECT_EQ(target.node, bench.options.node);
    EXPECT_EQ(describe(target.result), "PRODUCTION v2, falls back to v1, constant");
    ASSERT_EQ(target.versions.size(), 2u);
    EXPECT_EQ(target.versions[1].second, sha256(asBytes("model 2 of spam")));
    EXPECT_EQ(preview->plan.requester, bench.ada.actor);
    EXPECT_EQ(preview->plan.fleet, "fleet");
    EXPECT_EQ(preview->plan.environment, "test");
    EXPECT_EQ(preview->direction, Direction::Risky);
    EXPECT_EQ(preview->before, bench.inForce());
    EXPECT_EQ(preview->changes.size(), 3u);
    EXPECT_EQ(preview->digest, proof::planDigest(preview->plan).value());
}

TEST_F(PlanTest, changesNothing) {
    const Deployment before = bench.inForce();
    ASSERT_TRUE(bench.changes().plan(bench.request(ChangeKind::Fallback), bench.ada).ok());
    EXPECT_EQ(bench.inForce(), before);
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 1u);
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Intent).size(), 1u) << "the initial deployment's alone";
}

TEST_F(PlanTest, warmsWhatItNeeds) {
    ASSERT_TRUE(bench.changes().plan(bench.request(ChangeKind::ShadowStart, 3), bench.ada).ok());
    EXPECT_TRUE(bench.directory->warmRunner(bench.name, VersionNumber(3)).ok());
}

TEST_F(PlanTest, whatOnlyAPlanWarmedIsLetGoWhenItRunsOut) {
    bench.options.planLifetime = std::chrono::minutes(0);
    bench.newService();
    ASSERT_TRUE(bench.changes().plan(bench.request(ChangeKind::ShadowStart, 3), bench.ada).ok());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (bench.directory->warmRunner(bench.name, VersionNumber(3)).ok() && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    EXPECT_FALSE(bench.directory->warmRunner(bench.name, VersionNumber(3)).ok());
    EXPECT_TRUE(bench.directory->warmRunner(bench.name, VersionNumber(2)).ok()) << "the shadow in force stays";
    EXPECT_EQ(bench.ask()->servedBy, "production");
}

TEST_F(PlanTest, whatAnotherPlanStillNeedsStaysWarm) {
    test::ManualClock manual;
    bench.planClock = &manual;
    bench.newService();
    ASSERT_TRUE(bench.changes().plan(bench.request(ChangeKind::ShadowStart, 3), bench.ada).ok());
    bench.directory->keepWarm(bench.name, {});
    EXPECT_FALSE(bench.directory->warmRunner(bench.name, VersionNumber(3)).ok());
    const auto preview = bench.changes().plan(bench.request(ChangeKind::ShadowStart, 3), bench.ada);
    ASSERT_TRUE(preview.ok());
    bench.directory->keepWarm(bench.name, {preview->plan.targets.front().result});
    EXPECT_TRUE(bench.directory->warmRunner(bench.name, VersionNumber(3)).ok());
    bench.service.reset();
}

TEST_F(PlanTest, aVersionThatCannotServeIsRefusedHere) {
    bench.factory.refuse(3, Error{ErrorCode::FailedPrecondition, "not a model"});
    const auto preview = bench.changes().plan(bench.request(ChangeKind::Promote, 3), bench.ada);
    ASSERT_FALSE(preview.ok());
    EXPECT_EQ(preview.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(preview.error().message.find("not a model"), std::string::npos);
}

TEST_F(PlanTest, anUnknownEndpointIsNotFound) {
    ChangeRequest request = bench.request(ChangeKind::Fallback);
    request.endpoint = EndpointName("other");
    EXPECT_EQ(bench.changes().plan(request, bench.ada).error().code, ErrorCode::NotFound);
}

TEST_F(PlanTest, theSameChangeTwiceIsTwoPlans) {
    const auto one = bench.changes().plan(bench.request(ChangeKind::Fallback), bench.ada);
    const auto two = bench.changes().plan(bench.request(ChangeKind::Fallback), bench.ada);
    EXPECT_NE(one->digest, two->digest);
}

} // namespace
} // namespace gnomon::control
