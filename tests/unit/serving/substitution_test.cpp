// SPDX-License-Identifier: GPL-3.0-or-later
// What the caller gets when production does not answer as it should.
#include "tests/support/serving_bench.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <optional>
#include <thread>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using test::floats;
using test::scoreOf;
using test::ServingBench;

class SubstitutionTest : public testing::Test {
protected:
    void SetUp() override {
        bench.start();
        ASSERT_TRUE(bench.deployed.ok()) << bench.deployed.error().message;
    }
    InferenceReply ask() {
        auto reply = bench.ask();
        EXPECT_TRUE(reply.ok()) << reply.error().message;
        return reply.ok() ? *std::move(reply) : InferenceReply{};
    }
    test::FakeBehaviour& production() { return bench.factory.inProcess(1); }
    test::FakeBehaviour& fallback() { return bench.factory.inProcess(2); }

    ServingBench bench;
};

TEST_F(SubstitutionTest, aHealthyProductionAnswersItself) {
    const InferenceReply reply = ask();
    EXPECT_EQ(reply.servedBy, "production");
    EXPECT_EQ(reply.version, VersionNumber(1));
    EXPECT_EQ(reply.reason, "");
    EXPECT_EQ(reply.generation, GenerationNumber(1));
    EXPECT_FLOAT_EQ(scoreOf(reply), 0.1F);
    EXPECT_EQ(fallback().runs(), 0u);
}

TEST_F(SubstitutionTest, anErrorIsAnsweredByTheChainAndSaysSo) {
    production().fail({ErrorCode::Internal, "the model broke"});
    const InferenceReply reply = ask();
    EXPECT_EQ(reply.servedBy, "fallback");
    EXPECT_EQ(reply.version, VersionNumber(2));
    EXPECT_EQ(reply.reason, "v1 failed: the model broke");
    EXPECT_FLOAT_EQ(scoreOf(reply), 0.2F);
}

TEST_F(SubstitutionTest, anAnswerThatIsNotFiniteIsNotGiven) {
    for (const float bad : {NAN, INFINITY, -INFINITY}) {
        production().score(bad);
        const InferenceReply reply = ask();
        EXPECT_EQ(reply.servedBy, "fallback");
        EXPECT_NE(reply.reason.find("not finite"), std::string::npos) << reply.reason;
    }
}

TEST(NeverReturns, isAnsweredInTime) {
    for (const auto deadline : {100ms, 500ms}) {
        ServingBench bench;
        bench.start();
        bench.factory.inProcess(1).hold();
        InferenceCall call = bench.call();
        const MonoTime until = bench.clock.monoNow() + deadline;
        call.deadline = until;
        const auto reply = bench.ask(std::move(call));
        EXPECT_LT(bench.clock.monoNow(), until);
        ASSERT_TRUE(reply.ok()) << reply.error().message;
        EXPECT_EQ(reply->servedBy, "fallback");
        EXPECT_NE(reply->reason.find("v1 was late"), std::string::npos) << reply->reason;
        EXPECT_TRUE(bench.factory.inProcess(1).waitForAbandoned(1));
        bench.factory.inProcess(1).release();
    }
}

TEST_F(SubstitutionTest, theConstantIsInTimeWhenEveryVersionHangs) {
    production().hold();
    fallback().hold();
    InferenceCall call = bench.call(3);
    const MonoTime until = bench.clock.monoNow() + 100ms;
    call.deadline = until;
    const auto reply = bench.ask(std::move(call));
    EXPECT_LT(bench.clock.monoNow(), until);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->servedBy, "constant");
    EXPECT_EQ(reply->version, VersionNumber(0));
    EXPECT_EQ(reply->outputs.find("score")->shape, (std::vector<std::int64_t>{3, 1})) << "as many rows as were asked";
    EXPECT_TRUE(fallback().waitForAbandoned(1));
    production().release();
    fallback().release();
}

TEST_F(SubstitutionTest, aLateAnswerChangesNothingAfterwards) {
    production().hold();
    ASSERT_TRUE(bench.ask().ok());
    production().release();
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    ASSERT_EQ(observed[0].exchange.legs.size(), 2u);
    EXPECT_EQ(observed[0].exchange.legs[0].outcome, LegOutcome::Late);
    EXPECT_EQ(observed[0].exchange.legs[1].outcome, LegOutcome::Ok);
}

struct NoThread final : ComputeThread {
    void givenUp() override {}
};

// What ends the run before it, the watchdog among others, is nobody to compute on.
TEST_F(SubstitutionTest, onlyThoseAskedAtOnceMayComputeOnTheCallsThread) {
    std::atomic<bool> offered = false;
    fallback().answer([&](const port::RunRequest& request) -> Result<port::RunResult> {
        offered = static_cast<bool>(request.here);
        port::RunResult result{makeTensorSet({floats("score", {1, 1}, {0.2F})}), {}, true};
        result.compute = 100us;
        return result;
    });
    InferenceCall direct = bench.call();
    direct.thread = std::make_shared<NoThread>();
    direct.version = VersionNumber(2);
    for (int i = 0; i < 2; ++i) { // quick, as is known from the second on
        ASSERT_TRUE(bench.ask(direct).ok());
    }
    EXPECT_TRUE(offered);

    InferenceCall substituted = direct;
    substituted.version.reset();
    production().hold();
    EXPECT_EQ(bench.ask(substituted)->servedBy, "fallback");
    EXPECT_FALSE(offered);
    production().release();
}

TEST_F(SubstitutionTest, aRunThatDoesNotStopWhenItIsGivenUpLosesTheProcessor) {
    production().hold();
    ASSERT_TRUE(bench.ask().ok());
    EXPECT_TRUE(production().waitForAbandoned(1));
    EXPECT_TRUE(production().waitForDemoted(1));
}

TEST_F(SubstitutionTest, anOutputThatTheFallbackLacksIsNotAnAnswer) {
    production().fail({ErrorCode::Internal, "the model broke"});
    fallback().answer([](const port::RunRequest&) -> Result<port::RunResult> {
        return port::RunResult{makeTensorSet({floats("other", {1}, {1})}), {}, true};
    });
    InferenceCall call = bench.call();
    call.outputs = {"score"};
    const auto reply = bench.ask(std::move(call));
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->servedBy, "constant");
}

TEST_F(SubstitutionTest, afterRepeatedFailuresProductionIsNotAskedForAWhile) {
    production().fail({ErrorCode::Internal, "the model broke"});
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask().servedBy, "fallback");
    }
    EXPECT_LE(production().runs(), 7u) << "five open the circuit; a slow machine may see a probe or two";
}

TEST_F(SubstitutionTest, afterOneOverdueRunNobodyWaitsForTheVersion) {
    production().hold();
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask().servedBy, "fallback");
    }
    EXPECT_LE(production().runs(), 3u) << "the first call's and the probe; a slow machine may see another probe";
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 20u);
    int late = 0; // in any order: exchanges end in the order in which their last leg does
    for (const auto& each : observed) {
        const Leg& leg = each.exchange.legs[0];
        if (leg.outcome == LegOutcome::Late) {
            ++late;
            continue;
        }
        EXPECT_EQ(leg.outcome, LegOutcome::Skipped);
        EXPECT_NE(each.exchange.reason.find("v1 is "), std::string::npos) << each.exchange.reason;
    }
    EXPECT_EQ(late, 1) << "the first call alone waits";
    production().release();
}

TEST_F(SubstitutionTest, aProbeThatAnswersBringsTheVersionBack) {
    production().hold();
    EXPECT_EQ(ask().servedBy, "fallback");
    production().release();
    const InferenceReply meanwhile = ask();
    EXPECT_EQ(meanwhile.servedBy, "fallback");
    EXPECT_NE(meanwhile.reason.find("is being tried again"), std::string::npos) << meanwhile.reason;
    EXPECT_EQ(ask().servedBy, "production");
}

TEST_F(SubstitutionTest, aCallThatNobodyElseCanAnswerIsTheProbe) {
    production().hold();
    EXPECT_EQ(ask().servedBy, "fallback");
    production().release();
    InferenceCall named = bench.call();
    named.version = VersionNumber(1);
    const auto reply = bench.ask(std::move(named));
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->servedBy, "version");
    EXPECT_EQ(ask().servedBy, "production");
}

// Or a version that is merely slower than callers wait could never show that it answers.
TEST_F(SubstitutionTest, theProbeHasTheWholeBudgetWhateverTheCallersDeadline) {
    production().hold();
    EXPECT_EQ(ask().servedBy, "fallback");
    std::optional<MonoTime> until;
    production().answer([&until](const port::RunRequest& request) -> Result<port::RunResult> {
        until = request.deadline;
        return Error{ErrorCode::Internal, "still broken"};
    });
    InferenceCall call = bench.call();
    call.deadline = bench.clock.monoNow() + 100ms;
    const MonoTime callersDeadline = *call.deadline;
    EXPECT_EQ(bench.ask(std::move(call))->servedBy, "fallback");
    ASSERT_TRUE(until.has_value()) << "the probe was made";
    EXPECT_GT(*until, callersDeadline);
    EXPECT_NE(ask().reason.find("is not asked for a while"), std::string::npos) << "a failed probe opens the circuit";
}

TEST_F(SubstitutionTest, inputsThatTheModelRefusesDoNotOpenTheCircuit) {
    production().fail({ErrorCode::InvalidArgument, "no such category"});
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask().servedBy, "fallback");
    }
    EXPECT_EQ(production().runs(), 20u);
}

TEST_F(SubstitutionTest, norDoesAFullQueue) {
    production().fail({ErrorCode::ResourceExhausted, "256 runs wait already"});
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask().servedBy, "fallback");
    }
    EXPECT_EQ(production().runs(), 20u);
}

TEST_F(SubstitutionTest, substitutionsAreAuditedTogether) {
    production().fail({ErrorCode::Internal, "the model broke"});
    for (int i = 0; i < 10; ++i) {
        ask();
    }
    bench.pipeline.reset();
    const auto records = bench.audit.ofKind(RecordKind::Substitution);
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(test::factOf(records[0], "count"), "10");
    EXPECT_EQ(test::factOf(records[0], "by fallback"), "10");
}

TEST_F(SubstitutionTest, theRowKeepsEveryAttempt) {
    production().fail({ErrorCode::Internal, "the model broke"});
    fallback().score(NAN);
    ask();
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    const Exchange& exchange = observed[0].exchange;
    ASSERT_EQ(exchange.legs.size(), 3u);
    EXPECT_EQ(exchange.legs[0].role, LegRole::Production);
    EXPECT_EQ(exchange.legs[0].outcome, LegOutcome::Failed);
    EXPECT_EQ(exchange.legs[1].role, LegRole::Fallback);
    EXPECT_EQ(exchange.legs[1].outcome, LegOutcome::NotFinite);
    EXPECT_EQ(exchange.legs[2].kind, FallbackKind::Constant);
    EXPECT_EQ(exchange.legs[2].decision, "ham");
    EXPECT_EQ(exchange.servedBy, "constant");
    EXPECT_EQ(exchange.caller, "spiffe://example/caller/bank/app");
    EXPECT_EQ(exchange.tenant, "bank");
    const auto snapshot = bench.directory->snapshot(bench.name);
    ASSERT_TRUE(snapshot.ok());
    EXPECT_EQ(snapshot->substituted, 1u);
    EXPECT_EQ(snapshot->failed, 0u);
    EXPECT_NE(snapshot->lastReason.find("the model broke"), std::string::npos);
}

TEST(ChainEnd, refuseIsUnavailableWithEveryReason) {
    ServingBench bench(ServingBench::settings("production = 1\nchain = [\"v2\", \"refuse\"]"));
    bench.start();
    bench.factory.inProcess(1).fail({ErrorCode::Internal, "first"});
    bench.factory.inProcess(2).fail({ErrorCode::Internal, "second"});
    const auto reply = bench.ask();
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
    EXPECT_NE(reply.error().message.find("v1 failed: first; v2 failed: second"), std::string::npos);
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    EXPECT_FALSE(observed[0].exchange.answered);
    EXPECT_EQ(observed[0].exchange.servedBy, "refuse");
    EXPECT_EQ(bench.directory->snapshot(bench.name)->failed, 1u);
}

TEST(ChainEnd, whatEveryVersionRefusesIsTheCallersFault) {
    ServingBench bench(ServingBench::settings("production = 1\nchain = [\"refuse\"]"));
    bench.start();
    bench.factory.inProcess(1).fail({ErrorCode::InvalidArgument, "no such category"});
    EXPECT_EQ(bench.ask().error().code, ErrorCode::InvalidArgument);
}

// Runs end, are late and fail in every order, on many threads; each caller still gets exactly one answer.
TEST(CallRaces, everyCallIsAnsweredExactlyOnce) {
    constexpr int kCallers = 4;
    constexpr int kCalls = 300;
    serving::PipelineOptions options;
    options.mostCalls = kCallers * kCalls; // a slow machine may have all of them under way at a time
    ServingBench bench(ServingBench::settings("production = 1\nchain = [\"v2\", \"constant\"]",
                                              "[budget]\nmilliseconds = 4\nabandoned_runs_until_skipped = 1000\n"),
                       options);
    bench.start();
    std::atomic<int> answers{0};
    std::atomic<bool> stop{false};
    bench.factory.inProcess(1).hold();
    bench.factory.inProcess(2).hold();
    std::thread releaser([&] { // ends held runs at about the time at which they are late
        while (!stop) {
            for (const std::uint32_t version : {1u, 2u}) {
                bench.factory.inProcess(version).release();
                bench.factory.inProcess(version).hold();
            }
            std::this_thread::yield();
        }
    });
    std::vector<std::thread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
        callers.emplace_back([&] {
            for (int i = 0; i < kCalls; ++i) {
                bench.pipeline->infer(bench.call(), [&answers](const Result<InferenceReply>& reply) {
                    EXPECT_TRUE(reply.ok());
                    ++answers;
                });
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_TRUE(bench.pipeline->drain(20s));
    stop = true;
    releaser.join();
    EXPECT_EQ(answers, kCallers * kCalls);
    EXPECT_EQ(bench.observed().size(), static_cast<std::size_t>(kCallers * kCalls));
    EXPECT_EQ(bench.directory->traffic(bench.name)->olderInFlight, 0u);
}

} // namespace
} // namespace gnomon::serving
