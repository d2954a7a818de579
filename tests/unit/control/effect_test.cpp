// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/effect_tracker.h"
#include "tests/support/change_bench.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::control {
namespace {

using namespace std::chrono_literals;
using test::ChangeBench;

class EffectTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(bench.changes().recover().ok()); }
    // A service that would only probe after an hour: the test's own calls are the traffic.
    void withoutProbes() {
        bench.options.probeAfter = 1h;
        bench.newService();
    }
    Result<EffectProof> await(const ChangeOutcome& outcome, std::chrono::milliseconds wait = 20s) {
        return bench.changes().awaitEffect(bench.name, outcome.generation.number, wait);
    }
    void restart() {
        bench.newService();
        ASSERT_TRUE(bench.changes().recover().ok());
    }
    std::vector<StoredRecord> effects() const { return bench.audit.ofKind(RecordKind::Effect); }
    // False when the pipeline had not done with so many calls, of whatever kind, within ten seconds.
    bool calls(std::uint64_t accepted) const {
        const auto until = std::chrono::steady_clock::now() + 10s;
        while (std::chrono::steady_clock::now() < until) {
            const serving::PipelineCounters counters = bench.pipeline->counters();
            if (counters.accepted >= accepted && counters.inFlight == 0) {
                return true;
            }
            std::this_thread::yield();
        }
        return false;
    }

    ChangeBench bench;
};

TEST_F(EffectTest, theFirstReplyProvesIt) {
    withoutProbes();
    const auto outcome = bench.change(ChangeKind::Fallback);
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(await(*outcome, 20ms).error().code, ErrorCode::DeadlineExceeded) << "nobody has asked yet";
    const auto reply = bench.ask();
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_TRUE(proof->complete);
    EXPECT_EQ(proof->firstExchange, reply->exchange.value);
    EXPECT_EQ(proof->servedBy, "constant");
    EXPECT_FALSE(proof->byProbe);
    EXPECT_EQ(proof->node, bench.options.node);
    ASSERT_TRUE(proof->record.has_value());
    const AuditRecord record = bench.audit.records().at(proof->record->value).record;
    EXPECT_EQ(record.kind, RecordKind::Effect);
    EXPECT_EQ(record.ref, outcome->intent);
    EXPECT_EQ(record.result, "ok");
    EXPECT_EQ(record.change, outcome->digest.value);
}

TEST_F(EffectTest, aCallOfTheOldGenerationHoldsItUp) {
    withoutProbes();
    bench.factory.inProcess(1).hold();
    auto call = bench.call();
    std::promise<void> answered;
    bench.pipeline->infer(std::move(call), [&answered](const auto&) { answered.set_value(); });
    const auto outcome = bench.change(ChangeKind::Fallback);
    ASSERT_TRUE(outcome.ok());
    ASSERT_TRUE(bench.ask().ok());
    EXPECT_EQ(await(*outcome, 20ms).error().code, ErrorCode::DeadlineExceeded);
    bench.factory.inProcess(1).release();
    answered.get_future().wait();
    EXPECT_TRUE(await(*outcome).ok());
}

TEST_F(EffectTest, withoutTrafficARecordedRequestIsSent) {
    ASSERT_TRUE(bench.ask().ok());
    bench.observed();
    const auto outcome = bench.change(ChangeKind::Fallback);
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_TRUE(proof->byProbe);
    EXPECT_EQ(proof->servedBy, "constant");
    const auto observed = bench.observed();
    EXPECT_EQ(observed.back().exchange.id.value, proof->firstExchange);
    EXPECT_EQ(observed.back().exchange.caller, "machine:proof-of-effect");
    EXPECT_FALSE(observed.back().exchange.mirrored) << "a probe is not a request";
}

TEST_F(EffectTest, withoutAnyRecordTheProbeIsMadeUp) {
    const auto outcome = bench.change(ChangeKind::ShadowStop);
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_TRUE(proof->byProbe);
    EXPECT_EQ(proof->servedBy, "production");
}

TEST_F(EffectTest, aProbeThatWasTurnedAwayDoesNotTakeACallersReplyForItsOwn) {
    test::ManualClock manual;
    bench.planClock = &manual;
    bench.newService();
    ASSERT_TRUE(bench.ask().ok());
    bench.observed(); // the newest recorded request, in the schema of v1
    bench.factory.inputs({{"y", DataType::Fp32, {-1, 2}, false}});
    const auto outcome = bench.change(ChangeKind::Promote, 3);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    const std::uint64_t before = bench.pipeline->counters().accepted;
    manual.advance(bench.options.probeAfter);
    ASSERT_TRUE(calls(before + 1)) << "the probe, which v3 does not accept";
    ASSERT_FALSE(bench.directory->traffic(bench.name)->firstReply.has_value());
    auto call = bench.call();
    call.inputs = makeTensorSet({test::floats("y", {1, 2}, {1.0F, 1.0F})});
    const auto reply = bench.ask(call);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    ASSERT_TRUE(bench.audit.waitFor(RecordKind::Effect, 1));
    const StoredRecord record = effects().front();
    EXPECT_EQ(test::factOf(record, "first exchange"), reply->exchange.value);
    EXPECT_EQ(record.record.reason.find("to a probe"), std::string::npos) << record.record.reason;
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_FALSE(proof->byProbe);
    bench.service.reset(); // before its clock
}

TEST_F(EffectTest, theRefusalProvesADisabledEndpoint) {
    const auto outcome = bench.change(ChangeKind::Disable);
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_EQ(proof->servedBy, "refuse");
    EXPECT_TRUE(proof->byProbe);
}

TEST_F(EffectTest, aNewerGenerationEndsTheWait) {
    withoutProbes();
    const auto first = bench.change(ChangeKind::Fallback);
    const auto second = bench.change(ChangeKind::Restore);
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(await(*first).error().code, ErrorCode::FailedPrecondition);
    ASSERT_TRUE(bench.audit.waitFor(RecordKind::Effect, 1));
    const AuditRecord record = bench.audit.ofKind(RecordKind::Effect).front().record;
    EXPECT_EQ(record.ref, first->intent);
    EXPECT_EQ(record.result, "failed");
    ASSERT_TRUE(bench.ask().ok());
    EXPECT_TRUE(await(*second).ok());
}

TEST_F(EffectTest, afterARestartTheDeploymentInForceIsProvenAnew) {
    bench.newService();
    ASSERT_TRUE(bench.changes().recover().ok());
    const auto proof = bench.changes().awaitEffect(bench.name, GenerationNumber(1), 20s);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_FALSE(proof->record.has_value()) << "nothing changed, so nothing is recorded";
    EXPECT_EQ(bench.changes().awaitEffect(bench.name, GenerationNumber(7), 1ms).error().code, ErrorCode::NotFound);
}

TEST_F(EffectTest, whatWasOpenAtTheStopIsRecordedOnceAfterwards) {
    withoutProbes();
    const auto outcome = bench.change(ChangeKind::Fallback);
    ASSERT_TRUE(outcome.ok());
    restart();
    restart(); // and stopped once more before anybody asked
    ASSERT_TRUE(bench.ask().ok());
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    ASSERT_EQ(effects().size(), 1u);
    const AuditRecord record = effects().front().record;
    EXPECT_EQ(proof->record, record.seq);
    EXPECT_EQ(record.ref, outcome->intent);
    EXPECT_EQ(record.change, outcome->digest.value);
    EXPECT_EQ(record.result, "ok");

    restart();
    ASSERT_TRUE(bench.ask().ok());
    const auto again = await(*outcome);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_FALSE(again->record.has_value()) << "its record is in the trail already";
    EXPECT_EQ(effects().size(), 1u);
}

TEST_F(EffectTest, anIntentTooFarBackInTheTrailGetsNoSecondRecord) {
    withoutProbes();
    const auto outcome = bench.change(ChangeKind::Fallback);
    ASSERT_TRUE(outcome.ok());
    int pages = 0;
    AuditReader endless{[this] { return Result<std::vector<StoredRecord>>(bench.audit.openIntents()); },
                        [&pages](const AuditFilter&) {
                            ++pages;
                            AuditPage page;
                            page.next = Seq(1'000'000);
                            return Result<AuditPage>(page);
                        }};
    bench.service.reset();
    bench.service =
        makeChangeService(bench.options, {*bench.directory, *bench.pipeline, bench.state, bench.exchanges, bench.audit,
                                          std::move(endless), bench.authorizer, bench.clock, bench.random});
    ASSERT_TRUE(bench.changes().recover().ok());
    EXPECT_EQ(pages, 20) << "a start reads so far and no further";
    ASSERT_TRUE(bench.ask().ok());
    const auto proof = await(*outcome);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_FALSE(proof->record.has_value());
    EXPECT_TRUE(effects().empty());
}

TEST_F(EffectTest, isRecordedOnceWhenTheTrailCanBeWrittenAgain) {
    withoutProbes();
    const auto outcome = bench.change(ChangeKind::Fallback);
    bench.audit.setFailing(true);
    ASSERT_TRUE(bench.ask().ok());
    EXPECT_EQ(await(*outcome, 50ms).error().code, ErrorCode::DeadlineExceeded);
    bench.audit.setFailing(false);
    EXPECT_TRUE(await(*outcome).ok());
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).size(), 1u);
}

// A caller may await a generation as soon as it is in force, which is before its change is watched.
class AwaitedFirstTest : public testing::Test {
protected:
    ChangeOutcome deploy(std::uint64_t intent) {
        EXPECT_TRUE(bench.deploy(bench.directory->initial(bench.name).value()).ok());
        Generation made = bench.directory->inForce(bench.name).value();
        made.intent = Seq(intent);
        return {PlanDigest(sha256(asBytes("plan"))), made, Seq(intent), Seq(intent + 1)};
    }
    Result<EffectProof> await(const ChangeOutcome& outcome, std::chrono::milliseconds wait = 20s) {
        return tracker.await(bench.name, outcome.generation.number, wait);
    }
    std::size_t records() const { return bench.audit.ofKind(RecordKind::Effect).size(); }

    ChangeBench bench;
    const ChangeServiceParts parts{*bench.directory, *bench.pipeline, bench.state, bench.exchanges, bench.audit, {},
                                   bench.authorizer, bench.clock,     bench.random};
    EffectTracker tracker{parts, bench.options.node, {}, 1h};
};

TEST_F(AwaitedFirstTest, isRecordedOnce) {
    const ChangeOutcome first = deploy(5);
    EXPECT_EQ(await(first, 1ms).error().code, ErrorCode::DeadlineExceeded);
    tracker.watch(first);
    ASSERT_TRUE(bench.ask().ok());
    const auto proof = await(first);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(proof->record.has_value());
    const ChangeOutcome second = deploy(7);
    tracker.watch(second);
    ASSERT_TRUE(bench.ask().ok());
    ASSERT_TRUE(await(second).ok()); // so everything that was open was looked at again
    EXPECT_EQ(records(), 2u) << "one for each change";
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).front().record.ref, first.intent);
    EXPECT_EQ(bench.audit.ofKind(RecordKind::Effect).front().record.change, first.digest.value);
}

TEST_F(AwaitedFirstTest, isRecordedEvenIfItWasProvenAlready) {
    const ChangeOutcome outcome = deploy(5);
    ASSERT_TRUE(bench.ask().ok());
    const auto early = await(outcome);
    ASSERT_TRUE(early.ok());
    EXPECT_FALSE(early->record.has_value());
    tracker.watch(outcome);
    const auto proof = await(outcome);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(proof->record.has_value());
    EXPECT_EQ(records(), 1u);
}

} // namespace
} // namespace gnomon::control
