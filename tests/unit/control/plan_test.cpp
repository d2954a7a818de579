// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/plan_codec.h"
#include "tests/support/change_bench.h"

#include <gtest/gtest.h>

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
    EXPECT_EQ(preview->command, "gnomonctl promote spam v2 --reason 'a drill'");
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
