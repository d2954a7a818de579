// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/change_bench.h"

#include <gtest/gtest.h>

namespace gnomon::control {
namespace {

using test::ChangeBench;

// The intent of a change as it stands in the trail when the node died right after it.
Seq openIntent(ChangeBench& bench) {
    AuditRecord record;
    record.kind = RecordKind::Intent;
    record.actor = bench.ada.actor;
    record.action = "fallback";
    record.object = "endpoint/spam";
    record.requestId = "request-9";
    return bench.audit.append(record)->seq;
}

Generation fallbackBy(ChangeBench& bench, Seq intent) {
    Generation generation = bench.directory->inForce(bench.name).value();
    generation.number = GenerationNumber(generation.number.value + 1);
    generation.deployment.mode = Mode::Fallback;
    generation.kind = ChangeKind::Fallback;
    generation.intent = intent;
    return generation;
}

TEST(Recovery, theFirstStartMakesAndRecordsGenerationOne) {
    ChangeBench bench;
    ASSERT_TRUE(bench.changes().recover().ok());
    const auto inForce = bench.directory->inForce(bench.name);
    ASSERT_TRUE(inForce.ok());
    EXPECT_EQ(inForce->number, GenerationNumber(1));
    EXPECT_EQ(inForce->kind, ChangeKind::Initial);
    EXPECT_EQ(inForce->actor, machineActor("initial"));
    EXPECT_EQ(bench.audit.records().size(), 2u) << "intent and outcome";
    EXPECT_EQ(bench.ask()->servedBy, "production");
}

TEST(Recovery, withoutAWordOnProductionTheHighestVersionThatWillDoAnswers) {
    ChangeBench bench(ChangeBench::settings("chain = [\"constant\"]"));
    bench.factory.refuse(3, Error{ErrorCode::FailedPrecondition, "input 'x' is a map"});
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.inForce().production, VersionNumber(2));
    EXPECT_EQ(bench.ask()->version, VersionNumber(2));
}

TEST(Recovery, aProductionVersionThatIsNamedLeavesItsPlaceToNobody) {
    ChangeBench bench(ChangeBench::settings("production = 3\nchain = [\"constant\"]"));
    bench.factory.refuse(3, Error{ErrorCode::FailedPrecondition, "input 'x' is a map"});
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.inForce().production, VersionNumber(3));
    EXPECT_EQ(bench.ask()->servedBy, "constant");
}

TEST(Recovery, whereNoVersionWillDoTheHighestStaysAndSaysWhy) {
    ChangeBench bench(ChangeBench::settings("chain = [\"constant\"]"));
    for (const std::uint32_t version : {1u, 2u, 3u}) {
        bench.factory.refuse(version, Error{ErrorCode::FailedPrecondition, "input 'x' is a map"});
    }
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.inForce().production, VersionNumber(3));
    EXPECT_NE(bench.ask()->reason.find("is a map"), std::string::npos);
}

TEST(Recovery, theStoredDeploymentIsInForceAgain) {
    ChangeBench bench;
    ASSERT_TRUE(bench.changes().recover().ok());
    ASSERT_TRUE(bench.change(ChangeKind::Fallback).ok());
    const std::size_t records = bench.audit.ofKind(RecordKind::Intent).size();
    bench.pipeline.reset();
    bench.service.reset();
    bench.directory = serving::makeEndpointDirectory({bench.folder.path(), 1 << 20, 1 << 20, {}, {}}, bench.factory,
                                                     bench.state, bench.clock)
                          .value();
    bench.pipeline = serving::makePipeline(
        {}, {*bench.directory, nullptr, bench.scorer, {&bench.sink}, bench.audit, bench.clock, bench.random});
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.ask()->servedBy, "constant");
    EXPECT_EQ(bench.directory->inForce(bench.name)->number, GenerationNumber(2));
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Intent).size(), records) << "a restart is not a change";
}

TEST(Recovery, anIntentWithoutItsStateWasNotApplied) {
    ChangeBench bench;
    ASSERT_TRUE(bench.changes().recover().ok());
    const Seq intent = openIntent(bench);
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_TRUE(bench.audit.openIntents().empty());
    const AuditRecord outcome = bench.audit.ofKind(RecordKind::Outcome).back().record;
    EXPECT_EQ(outcome.ref, intent);
    EXPECT_EQ(outcome.result, "failed");
    EXPECT_EQ(bench.inForce().mode, Mode::Production);
}

TEST(Recovery, anIntentWithItsStateWasApplied) {
    ChangeBench bench;
    ASSERT_TRUE(bench.changes().recover().ok());
    const Seq intent = openIntent(bench);
    ASSERT_TRUE(bench.state.append(fallbackBy(bench, intent)).ok());
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    const AuditRecord outcome = bench.audit.ofKind(RecordKind::Outcome).back().record;
    EXPECT_EQ(outcome.ref, intent);
    EXPECT_EQ(outcome.result, "ok");
    EXPECT_EQ(bench.inForce().mode, Mode::Fallback);
    EXPECT_EQ(bench.ask()->servedBy, "constant");
}

TEST(Recovery, twiceGivesNoSecondOutcome) {
    ChangeBench bench;
    ASSERT_TRUE(bench.changes().recover().ok());
    openIntent(bench);
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    const std::size_t outcomes = bench.audit.ofKind(RecordKind::Outcome).size();
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Outcome).size(), outcomes);
}

TEST(Recovery, aTrailThatCannotBeWrittenStopsTheStart) {
    ChangeBench bench;
    bench.audit.setFailing(true);
    const Status recovered = bench.changes().recover();
    ASSERT_FALSE(recovered.ok());
    EXPECT_EQ(recovered.error().code, ErrorCode::Unavailable);
}

TEST(Recovery, aVersionThatDoesNotLoadLeavesTheRestServing) {
    ChangeBench bench;
    bench.factory.refuse(1, Error{ErrorCode::Corrupt, "cut short"});
    ASSERT_TRUE(bench.changes().recover().ok());
    const auto reply = bench.ask();
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->servedBy, "constant");
    EXPECT_NE(reply->reason.find("cut short"), std::string::npos) << reply->reason;
    EXPECT_TRUE(bench.change(ChangeKind::Fallback).ok()) << "and can be made safe for good";
}

} // namespace
} // namespace gnomon::control
