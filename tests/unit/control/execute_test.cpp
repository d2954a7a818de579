// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/deployment_codec.h"
#include "backend/serving/endpoint_state.h"
#include "tests/support/change_bench.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::control {
namespace {

using test::ChangeBench;
using test::factOf;

class ExecuteTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(bench.changes().recover().ok()); }
    PlanPreview plan(const ChangeRequest& request) {
        auto preview = bench.changes().plan(request, bench.ada);
        EXPECT_TRUE(preview.ok()) << preview.error().message;
        return preview.ok() ? *std::move(preview) : PlanPreview{};
    }
    PlanPreview plan(ChangeKind kind, std::optional<std::uint32_t> version = {}) {
        return plan(bench.request(kind, version));
    }
    Result<ChangeOutcome> execute(const PlanPreview& preview, const std::string& requestId = "request-1") {
        return bench.changes().execute({preview.digest, RequestId(requestId), ""}, bench.ada);
    }
    void expectUnchanged() {
        EXPECT_EQ(bench.inForce().mode, Mode::Production);
        EXPECT_EQ(bench.state.generations(bench.name)->size(), 1u);
    }

    ChangeBench bench;
};

TEST_F(ExecuteTest, doesWhatWasPlannedAndIsInForceOnReturn) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    const auto outcome = execute(preview);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_EQ(outcome->generation.number, GenerationNumber(2));
    EXPECT_EQ(outcome->generation.deployment, preview.plan.targets[0].result);
    EXPECT_EQ(outcome->generation.actor.person, "ada");
    EXPECT_EQ(outcome->generation.reason, "a drill");
    EXPECT_EQ(outcome->generation.intent, outcome->intent);
    EXPECT_EQ(bench.ask()->servedBy, "constant");
    EXPECT_EQ(bench.state.current()->at(0), outcome->generation);
}

TEST_F(ExecuteTest, writesIntentAndOutcome) {
    const Deployment before = bench.inForce();
    const PlanPreview preview = plan(ChangeKind::Fallback);
    const auto outcome = execute(preview);
    ASSERT_TRUE(outcome.ok());
    const auto records = bench.audit.records();
    const StoredRecord& intent = records.at(outcome->intent.value);
    EXPECT_EQ(intent.record.kind, RecordKind::Intent);
    EXPECT_EQ(intent.record.actor, bench.ada.actor);
    EXPECT_EQ(intent.record.sourceAddress, "127.0.0.1:1");
    EXPECT_EQ(intent.record.action, "fallback");
    EXPECT_EQ(intent.record.permission, "operate.safe");
    EXPECT_EQ(intent.record.object, "endpoint/spam");
    EXPECT_EQ(intent.record.before, proof::deploymentDigest(before));
    EXPECT_EQ(intent.record.after, proof::deploymentDigest(bench.inForce()));
    EXPECT_EQ(intent.record.change, preview.digest.value);
    EXPECT_EQ(intent.record.requestId, "request-1");
    EXPECT_EQ(intent.record.reason, "a drill");
    ASSERT_TRUE(intent.payload.has_value());
    EXPECT_EQ(intent.payload->changes, (std::vector<FieldChange>{{"mode", "PRODUCTION", "FALLBACK"}}));
    EXPECT_EQ(factOf(intent, "base"), "1");
    EXPECT_EQ(factOf(intent, "generation"), "2");
    const AuditRecord& result = records.at(outcome->outcome->value).record;
    EXPECT_EQ(result.kind, RecordKind::Outcome);
    EXPECT_EQ(result.ref, outcome->intent);
    EXPECT_EQ(result.result, "ok");
}

TEST_F(ExecuteTest, aStalePlanDoesNothingAndSaysWhatHappened) {
    const PlanPreview stale = plan(ChangeKind::ShadowStop);
    ASSERT_TRUE(bench.change(ChangeKind::Fallback).ok());
    const auto outcome = execute(stale);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(outcome.error().message.find("generation 2 is in force: ada made it by fallback"), std::string::npos)
        << outcome.error().message;
    EXPECT_EQ(bench.inForce().shadows.size(), 1u);
}

TEST_F(ExecuteTest, theSameRequestAgainGivesTheSameAnswerAndDoesNothing) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    const auto first = execute(preview);
    const auto second = execute(preview);
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 2u);
    EXPECT_EQ(execute(preview, "request-2").error().code, ErrorCode::FailedPrecondition) << "a plan works once";
    EXPECT_EQ(execute(plan(ChangeKind::ShadowStop), "request-1").error().code, ErrorCode::InvalidArgument);
}

TEST_F(ExecuteTest, theSameRequestAfterARestartIsStillDoneOnce) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    const auto first = execute(preview);
    ASSERT_TRUE(first.ok());
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    const auto second = execute(preview);
    ASSERT_TRUE(second.ok()) << second.error().message;
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(execute(preview, "request-2").error().code, ErrorCode::NotFound) << "plans do not outlive the process";
}

TEST_F(ExecuteTest, manyAtOnceMakeOneChange) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    std::atomic<int> done{0};
    std::vector<std::thread> people;
    for (int i = 0; i < 8; ++i) {
        people.emplace_back([&, i] { done += execute(preview, "request-" + std::to_string(i)).ok() ? 1 : 0; });
    }
    for (std::thread& person : people) {
        person.join();
    }
    EXPECT_EQ(done, 1);
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 2u);
}

TEST_F(ExecuteTest, theRiskyDirectionNeedsAReason) {
    ChangeRequest request = bench.request(ChangeKind::Promote, 2);
    request.reason.clear();
    const PlanPreview preview = plan(request);
    const auto outcome = execute(preview);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::FailedPrecondition);
    EXPECT_EQ(outcome.error().field, "reason");
    expectUnchanged();
    const auto later = bench.changes().execute({preview.digest, RequestId("r"), "better in every figure"}, bench.ada);
    ASSERT_TRUE(later.ok()) << "a reason may be given now";
    EXPECT_EQ(later->generation.reason, "better in every figure");
}

TEST_F(ExecuteTest, theSafeDirectionNeedsNone) {
    ChangeRequest request = bench.request(ChangeKind::Fallback);
    request.reason.clear();
    EXPECT_TRUE(execute(plan(request)).ok());
}

TEST_F(ExecuteTest, whoMayNotOperateIsDeniedAndWrittenDown) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    const auto outcome = bench.changes().execute({preview.digest, RequestId("r"), "mischief"}, bench.eve);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::PermissionDenied);
    expectUnchanged();
    const auto denials = bench.audit.ofKind(RecordKind::Deny);
    ASSERT_EQ(denials.size(), 1u);
    EXPECT_EQ(denials[0].record.actor, bench.eve.actor);
    EXPECT_EQ(denials[0].record.permission, "operate.safe");
    EXPECT_EQ(denials[0].record.result, "denied");
}

TEST_F(ExecuteTest, aRequestNeedsAnId) {
    EXPECT_EQ(execute(plan(ChangeKind::Fallback), "").error().code, ErrorCode::InvalidArgument);
    expectUnchanged();
}

TEST_F(ExecuteTest, aPlanForSomethingElseThanItIsTakenForDoesNothing) {
    const PlanPreview preview = plan(ChangeKind::Promote, 2);
    ExecuteRequest request{preview.digest, RequestId("request-1"), "", "", ChangeKind::Disable, EndpointName("spam")};
    auto outcome = bench.changes().execute(request, bench.ada);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(outcome.error().message,
              "the plan is for 'promote' of endpoint 'spam', not for 'disable' of endpoint 'spam'");
    EXPECT_EQ(outcome.error().remedy, "look at the plan again");
    EXPECT_EQ(outcome.error().field, "expected_kind");
    request.expectedKind = ChangeKind::Promote;
    request.expectedEndpoint = EndpointName("payments");
    EXPECT_EQ(bench.changes().execute(request, bench.ada).error().field, "expected_endpoint");
    request.expectedEndpoint = EndpointName("spam");
    request.expectedVersion = VersionNumber(3);
    outcome = bench.changes().execute(request, bench.ada);
    EXPECT_EQ(outcome.error().message, "the plan is for v2, not for v3");
    EXPECT_EQ(bench.changes().execute(request, bench.eve).error().code, ErrorCode::InvalidArgument);
    expectUnchanged();
    EXPECT_TRUE(bench.audit.ofKind(RecordKind::Deny).empty()) << "what nobody asked for is not denied";
    request.expectedVersion = VersionNumber(2);
    EXPECT_TRUE(bench.changes().execute(request, bench.ada).ok());

    // Nor does the answer of an earlier one pass for another's, whether or not the plan itself is still known.
    request.expectedKind = ChangeKind::Disable;
    EXPECT_EQ(bench.changes().execute(request, bench.ada).error().field, "expected_kind");
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.changes().execute(request, bench.ada).error().field, "expected_kind");
    request.expectedKind = ChangeKind::Promote;
    EXPECT_TRUE(bench.changes().execute(request, bench.ada).ok());
}

TEST_F(ExecuteTest, anUnknownPlanIsNotFound) {
    PlanPreview preview;
    preview.digest = PlanDigest(sha256(asBytes("nothing")));
    EXPECT_EQ(execute(preview).error().code, ErrorCode::NotFound);
}

TEST_F(ExecuteTest, withoutADurableIntentNothingHappens) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    bench.audit.setFailing(true);
    const auto outcome = execute(preview);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable);
    EXPECT_NE(outcome.error().message.find("nothing was changed"), std::string::npos);
    expectUnchanged();
    bench.audit.setFailing(false);
    EXPECT_TRUE(execute(preview).ok()) << "it may be tried again";
}

TEST_F(ExecuteTest, aStateThatCannotBeWrittenIsAFailedOutcome) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    bench.state.setFailing(true);
    const auto outcome = execute(preview);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable);
    expectUnchanged();
    EXPECT_TRUE(bench.audit.openIntents().empty());
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Outcome).back().record.result, "failed");
}

TEST_F(ExecuteTest, aChangeWhoseOutcomeCannotBeWrittenIsInForceAllTheSame) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    bench.audit.failAfter(1);
    const auto outcome = execute(preview);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_FALSE(outcome->outcome.has_value());
    EXPECT_EQ(bench.inForce().mode, Mode::Fallback);
    EXPECT_EQ(bench.audit.openIntents().size(), 1u);
    const auto again = execute(preview);
    ASSERT_TRUE(again.ok()) << "it is remembered: " << again.error().message;
    EXPECT_EQ(*again, *outcome);
    bench.audit.failAfter(-1);
    const auto recorded = execute(preview);
    ASSERT_TRUE(recorded.ok());
    EXPECT_EQ(recorded->generation, outcome->generation);
    ASSERT_TRUE(recorded->outcome.has_value()) << "what was owed is written first";
    EXPECT_EQ(bench.audit.records().at(recorded->outcome->value).record.ref, outcome->intent);
    ASSERT_TRUE(bench.audit.waitFor(RecordKind::Effect, 1)) << "and it is proven";
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).front().record.ref, outcome->intent);
}

TEST_F(ExecuteTest, anOutcomeThatIsOwedIsWrittenBeforeTheNextChange) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    bench.audit.failAfter(1);
    ASSERT_TRUE(execute(preview).ok());
    bench.audit.failAfter(-1);
    ASSERT_TRUE(bench.change(ChangeKind::Restore).ok());
    EXPECT_TRUE(bench.audit.openIntents().empty());
    const auto outcomes = bench.audit.ofKind(RecordKind::Outcome);
    EXPECT_EQ(outcomes.size(), 3u) << "initial, fallback, restore: one each";
}

TEST_F(ExecuteTest, aChangeThatNobodyCouldTellOfIsFoundWhenItIsAskedForAgain) {
    const PlanPreview preview = plan(ChangeKind::Fallback);
    bench.state.failUnseen();
    const auto lost = execute(preview);
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(bench.inForce().mode, Mode::Production);
    bench.state.setFailing(false);
    const auto found = execute(preview);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->generation.number, GenerationNumber(2));
    EXPECT_EQ(bench.inForce().mode, Mode::Fallback);
    EXPECT_EQ(bench.state.generations(bench.name)->size(), 2u);
    EXPECT_TRUE(bench.audit.openIntents().empty());
    EXPECT_TRUE(bench.changes().awaitEffect(bench.name, GenerationNumber(2), std::chrono::seconds(20)).ok());
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).size(), 1u);
}

TEST_F(ExecuteTest, aPersonsWayForwardLetsSkippedVersionsBeAskedAgain) {
    const auto inForce = bench.directory->find(bench.name)->inForce();
    for (int i = 0; i < 3; ++i) {
        inForce->byNumber.at(VersionNumber(1)).version.health->stuck();
    }
    EXPECT_EQ(bench.directory->versions(bench.name)->at(0).state, VersionState::Skipped);
    ASSERT_TRUE(bench.change(ChangeKind::Fallback).ok());
    EXPECT_EQ(bench.directory->versions(bench.name)->at(0).state, VersionState::Skipped);
    ASSERT_TRUE(bench.change(ChangeKind::Restore).ok());
    EXPECT_EQ(bench.directory->versions(bench.name)->at(0).state, VersionState::Ready);
}

TEST_F(ExecuteTest, everyKindOfChangeCanBeMade) {
    EXPECT_TRUE(bench.change(ChangeKind::Fallback).ok());
    EXPECT_TRUE(bench.change(ChangeKind::Restore).ok());
    EXPECT_TRUE(bench.change(ChangeKind::Promote, 2).ok());
    EXPECT_TRUE(bench.change(ChangeKind::Rollback).ok());
    EXPECT_TRUE(bench.change(ChangeKind::ShadowStart, 3).ok());
    ChangeRequest mirror = bench.request(ChangeKind::ShadowMirror, 3);
    mirror.mirrorPercent = 10;
    EXPECT_TRUE(bench.change(mirror).ok());
    EXPECT_TRUE(bench.change(ChangeKind::ShadowStop, 3).ok());
    EXPECT_TRUE(bench.change(ChangeKind::Disable).ok());
    EXPECT_TRUE(bench.change(ChangeKind::Enable).ok());
    EXPECT_EQ(describe(bench.inForce()), "PRODUCTION v1, shadow v2 100 %, falls back to constant");
    EXPECT_EQ(bench.directory->inForce(bench.name)->number, GenerationNumber(10));
    EXPECT_TRUE(bench.audit.openIntents().empty());
}

TEST_F(ExecuteTest, aPlanIsNotExecutedAfterItsTime) {
    test::ManualClock manual;
    bench.planClock = &manual;
    bench.newService();
    const auto preview = bench.changes().plan(bench.request(ChangeKind::Fallback), bench.ada);
    ASSERT_TRUE(preview.ok());
    manual.advance(bench.options.planLifetime + std::chrono::seconds(1));
    const auto outcome = bench.changes().execute({preview->digest, RequestId("r"), ""}, bench.ada);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(outcome.error().message.find("expired"), std::string::npos);
    bench.service.reset();
}

} // namespace
} // namespace gnomon::control
