// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/pipeline_core.h"
#include "backend/serving/steps/mirror.h"
#include "backend/serving/steps/watched_run.h"
#include "tests/support/serving_bench.h"

#include <gtest/gtest.h>

#include <cmath>
#include <future>
#include <utility>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using test::ServingBench;

const std::string kShadowed =
    ServingBench::settings("production = 1\nshadows = [{ version = 2 }]\nchain = [\"constant\"]");

const Leg& shadowOf(const Observation& observation) {
    const Leg* leg = observation.exchange.find(LegRole::Shadow);
    EXPECT_NE(leg, nullptr);
    static const Leg none;
    return leg == nullptr ? none : *leg;
}

TEST(Mirror, theShadowSeesWhatProductionSaw) {
    ServingBench bench(kShadowed);
    bench.start();
    bench.factory.worker(2).score(0.9F);
    ASSERT_TRUE(bench.ask().ok());
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    EXPECT_TRUE(observed[0].exchange.mirrored);
    ASSERT_EQ(observed[0].exchange.legs.size(), 2u);
    EXPECT_EQ(observed[0].exchange.legs[0].decision, "ham");
    EXPECT_EQ(shadowOf(observed[0]).decision, "spam");
    EXPECT_EQ(shadowOf(observed[0]).version, VersionNumber(2));
    ASSERT_EQ(observed[0].outputs.size(), 2u);
    EXPECT_EQ(observed[0].outputs[1].first, VersionNumber(2));
    EXPECT_EQ(observed[0].inputs.tensors.size(), 1u);
}

TEST(Mirror, aHangingShadowDelaysNoReplyAndIsLate) {
    PipelineOptions options;
    options.shadowTimeout = 30ms;
    ServingBench bench(kShadowed, options);
    bench.start();
    bench.factory.worker(2).hold();
    EXPECT_EQ(bench.ask()->servedBy, "production");
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    EXPECT_EQ(shadowOf(observed[0]).outcome, LegOutcome::Late);
    EXPECT_TRUE(bench.factory.worker(2).waitForAbandoned(1));
    bench.factory.worker(2).release();
    EXPECT_EQ(bench.observed().size(), 1u);
}

// Ten calls while the shadow is stuck and there is room for three.
void dropSevenOfTen(ServingBench& bench) {
    bench.start();
    bench.factory.worker(2).hold();
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(bench.ask()->servedBy, "production");
    }
    EXPECT_EQ(bench.pipeline->counters().mirrorDropped, 7u);
    ASSERT_TRUE(bench.factory.worker(2).waitForHeld(3));
    bench.factory.worker(2).release();
}

TEST(Mirror, whatDoesNotFitIsDroppedAndCounted) {
    PipelineOptions options;
    options.mirrorQueue = 3;
    ServingBench bench(kShadowed, options);
    dropSevenOfTen(bench);
    std::size_t ok = 0;
    std::size_t dropped = 0;
    for (const Observation& observation : bench.observed()) {
        ok += shadowOf(observation).outcome == LegOutcome::Ok ? 1 : 0;
        dropped += shadowOf(observation).outcome == LegOutcome::Dropped ? 1 : 0;
    }
    EXPECT_EQ(ok, 3u);
    EXPECT_EQ(dropped, 7u);
}

TEST(Mirror, whatHoldsTooManyBytesIsDroppedAndCounted) {
    PipelineOptions options;
    options.mirrorBytes = 3 * 2 * sizeof(float); // three rows
    ServingBench bench(kShadowed, options);
    dropSevenOfTen(bench);
    EXPECT_EQ(bench.observed().size(), 10u);
    EXPECT_TRUE(bench.ask().ok());
    EXPECT_EQ(shadowOf(bench.observed().back()).outcome, LegOutcome::Ok) << "what has ended holds nothing any more";
}

TEST(Mirror, legsAreInTheOrderOfTheDeploymentWhoeverComesFirst) {
    ServingBench bench(ServingBench::settings(
        "production = 1\nshadows = [{ version = 3 }, { version = 2, mirror = 0 }]\nchain = [\"constant\"]"));
    bench.start();
    Deployment both = bench.directory->inForce(bench.name)->deployment;
    both.shadows[1].mirrorPercent = 100;
    ASSERT_TRUE(bench.deploy(both).ok());
    bench.factory.worker(3).hold();
    EXPECT_TRUE(bench.ask().ok());
    ASSERT_TRUE(bench.factory.worker(3).waitForHeld(1));
    while (bench.factory.worker(2).runs() == 0) {
        std::this_thread::yield();
    }
    bench.factory.worker(3).release();
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    ASSERT_EQ(observed[0].exchange.legs.size(), 3u);
    EXPECT_EQ(observed[0].exchange.legs[1].version, VersionNumber(3));
    EXPECT_EQ(observed[0].exchange.legs[1].outcome, LegOutcome::Ok);
    EXPECT_EQ(observed[0].exchange.legs[2].version, VersionNumber(2));
    EXPECT_EQ(observed[0].shadows, (std::vector{VersionNumber(3), VersionNumber(2)}));
}

TEST(Mirror, inputsThatNobodyCheckedAreShownToNoShadow) {
    ServingBench bench(kShadowed);
    bench.factory.refuse(1, Error{ErrorCode::Corrupt, "cut short"});
    bench.start();
    EXPECT_FALSE(bench.deployed.ok());
    Generation generation;
    generation.endpoint = bench.name;
    generation.number = GenerationNumber(1);
    generation.deployment = bench.directory->initial(bench.name).value();
    ASSERT_TRUE(bench.directory->deploy(generation).ok());
    ASSERT_TRUE(bench.directory->warmRunner(bench.name, VersionNumber(2)).ok());
    const std::size_t before = bench.factory.worker(2).runs();
    InferenceCall call = bench.call();
    call.inputs = makeTensorSet({test::floats("surprise", {1}, {1})});
    EXPECT_EQ(bench.ask(std::move(call))->servedBy, "constant");
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    EXPECT_FALSE(observed[0].exchange.mirrored);
    EXPECT_EQ(bench.factory.worker(2).runs(), before);
}

TEST(Mirror, eachEndingHasItsName) {
    ServingBench bench(kShadowed);
    bench.start();
    const std::vector<std::pair<Error, LegOutcome>> endings = {
        {{ErrorCode::Unavailable, "the worker died"}, LegOutcome::Lost},
        {{ErrorCode::ResourceExhausted, "queue full"}, LegOutcome::Dropped},
        {{ErrorCode::DeadlineExceeded, "too late"}, LegOutcome::Late},
        {{ErrorCode::Internal, "broken"}, LegOutcome::Failed},
        {{ErrorCode::InvalidArgument, "refused"}, LegOutcome::Failed},
        {{ErrorCode::Cancelled, "let go"}, LegOutcome::Lost},
    };
    for (const auto& [error, outcome] : endings) {
        bench.factory.worker(2).fail(error);
        EXPECT_EQ(bench.ask()->servedBy, "production");
        EXPECT_EQ(shadowOf(bench.observed().back()).outcome, outcome) << error.message;
    }
    bench.factory.worker(2).score(NAN);
    EXPECT_TRUE(bench.ask().ok());
    EXPECT_EQ(shadowOf(bench.observed().back()).outcome, LegOutcome::NotFinite);
}

TEST(Mirror, aShareIsASample) {
    ServingBench bench(ServingBench::settings("production = 1\nshadows = [{ version = 2, mirror = 25 }]"));
    bench.start();
    for (int i = 0; i < 400; ++i) {
        EXPECT_TRUE(bench.ask().ok());
    }
    std::size_t mirrored = 0;
    for (const Observation& observation : bench.observed()) {
        mirrored += observation.exchange.mirrored ? 1 : 0;
    }
    EXPECT_GT(mirrored, 50u); // 25 % of 400 is 100; beyond six standard deviations nobody is unlucky
    EXPECT_LT(mirrored, 155u);
}

TEST(Mirror, aShareOfNothingMirrorsNothing) {
    ServingBench bench(ServingBench::settings("production = 1\nshadows = [{ version = 2, mirror = 0 }]"));
    bench.start();
    EXPECT_TRUE(bench.ask().ok());
    EXPECT_FALSE(bench.observed().at(0).exchange.mirrored);
}

TEST(Mirror, seesRequestsThatProductionFailed) {
    ServingBench bench(kShadowed);
    bench.start();
    bench.factory.inProcess(1).fail({ErrorCode::Internal, "broken"});
    EXPECT_EQ(bench.ask()->servedBy, "constant");
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 1u);
    EXPECT_EQ(observed[0].exchange.find(LegRole::Production)->outcome, LegOutcome::Failed);
    EXPECT_EQ(shadowOf(observed[0]).outcome, LegOutcome::Ok);
}

TEST(Mirror, restsInFallbackAndForNamedVersions) {
    ServingBench bench(kShadowed);
    bench.start();
    InferenceCall named = bench.call();
    named.version = VersionNumber(1);
    EXPECT_TRUE(bench.ask(std::move(named)).ok());
    Deployment fallback = bench.directory->inForce(bench.name)->deployment;
    fallback.mode = Mode::Fallback;
    ASSERT_TRUE(bench.deploy(fallback).ok());
    EXPECT_TRUE(bench.ask().ok());
    for (const Observation& observation : bench.observed()) {
        EXPECT_FALSE(observation.exchange.mirrored);
    }
}

TEST(Mirror, aRunThatOutlivesPipelineAndDirectoryDoesNoHarm) {
    ServingBench bench(kShadowed);
    bench.start();
    bench.factory.worker(2).hold();
    EXPECT_TRUE(bench.ask().ok());
    ASSERT_TRUE(bench.factory.worker(2).waitForHeld(1));
    bench.pipeline.reset();
    bench.directory.reset();
    bench.factory.worker(2).release();
}

TEST(Mirror, theTraceGoesToTheRowAndToEveryRunner) {
    using Traces = std::vector<std::shared_ptr<const TraceContext>>;
    ServingBench bench(kShadowed);
    bench.start();
    Traces production;
    Traces shadow;
    const auto keepTraces = [](Traces& traces) {
        return [&traces](const port::RunRequest& request) -> Result<port::RunResult> {
            traces.push_back(request.trace);
            return Error{ErrorCode::Internal, "of no use"};
        };
    };
    bench.factory.inProcess(1).answer(keepTraces(production));
    bench.factory.worker(2).answer(keepTraces(shadow));
    const auto trace = std::make_shared<const TraceContext>(
        *parseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    InferenceCall call = bench.call();
    call.trace = trace;
    ASSERT_TRUE(bench.ask(std::move(call)).ok());
    ASSERT_TRUE(bench.ask().ok());
    const auto observed = bench.observed();
    ASSERT_EQ(observed.size(), 2u);
    EXPECT_EQ(observed[0].exchange.traceParent, trace->parent());
    EXPECT_EQ(observed[1].exchange.traceParent, "");
    EXPECT_EQ(production, (Traces{trace, nullptr}));
    EXPECT_EQ(shadow, (Traces{trace, nullptr}));
}

// A runner whose runs share batches, with a worker; it fails at once, or never answers.
class BatchedRunner final : public port::ModelRunner {
public:
    explicit BatchedRunner(std::optional<Error> failure, bool up = true) : m_failure(std::move(failure)), m_up(up) {}
    const port::ModelSchema& schema() const override { return m_schema; }
    std::shared_ptr<port::Run> run(port::RunRequest /*request*/, port::RunCallback done) override {
        if (m_failure) {
            done(*m_failure);
            done = nullptr;
        }
        return std::make_shared<BatchedRun>(std::move(done));
    }
    std::optional<port::WorkerState> workerState() const override { return port::WorkerState{m_up, 0}; }

private:
    class BatchedRun final : public port::Run {
    public:
        explicit BatchedRun(port::RunCallback done) : m_done(std::move(done)) {}
        void abandon() override {
            if (const auto done = std::exchange(m_done, nullptr)) {
                done(Error{ErrorCode::Cancelled, "abandoned"});
            }
        }
        bool single() const override { return false; }

    private:
        port::RunCallback m_done;
    };
    const port::ModelSchema m_schema;
    const std::optional<Error> m_failure;
    const bool m_up;
};

// The leg of one request that was shown to the runner alone.
Leg mirroredTo(std::shared_ptr<port::ModelRunner> runner) {
    SystemClock clock;
    SystemRandom random;
    test::KeepingSink sink;
    const auto observer = std::make_shared<Observer>(std::vector<port::ObservationSink*>{&sink}, 8, 1 << 20);
    Timers timers(clock);
    Mirror mirror({.timeout = 30ms}, timers, clock, random);
    ShadowLink shadow;
    shadow.version.number = VersionNumber(2);
    shadow.version.runner = std::move(runner);
    shadow.waiting = std::make_shared<std::atomic<std::size_t>>(0);
    Observation observation;
    observation.exchange.legs = {shadowLeg(shadow)};
    observer->expect();
    mirror.hand(std::make_shared<Gathering>(std::move(observation), observer), shadow,
                std::make_shared<const DecisionRule>());
    EXPECT_TRUE(observer->settle(std::chrono::steady_clock::now() + 20s));
    return sink.kept().at(0).exchange.legs.at(0);
}

// Or how it ended would decide whether its latency is compared.
TEST(Mirror, aMemberOfABatchIsOneHoweverItEnds) {
    const std::vector<std::pair<std::optional<Error>, LegOutcome>> endings = {
        {std::nullopt, LegOutcome::Late},
        {Error{ErrorCode::DeadlineExceeded, "too late"}, LegOutcome::Late},
        {Error{ErrorCode::Unavailable, "the worker died"}, LegOutcome::Lost},
    };
    for (const auto& [failure, outcome] : endings) {
        const Leg leg = mirroredTo(std::make_shared<BatchedRunner>(failure));
        EXPECT_EQ(leg.outcome, outcome);
        EXPECT_FALSE(leg.single) << leg.error;
    }
}

// Nobody tried: what keeps its worker away need not be the version.
TEST(Mirror, whatAWorkerThatIsAwayRefusesIsNotLost) {
    const Error away{ErrorCode::Unavailable, "its worker is away"};
    const Leg refused = mirroredTo(std::make_shared<BatchedRunner>(away, false));
    EXPECT_EQ(refused.outcome, LegOutcome::Skipped);
    EXPECT_EQ(refused.error, away.message);
    EXPECT_EQ(mirroredTo(std::make_shared<BatchedRunner>(away, true)).outcome, LegOutcome::Lost);
    const Error broken{ErrorCode::Internal, "broken"};
    EXPECT_EQ(mirroredTo(std::make_shared<BatchedRunner>(broken, false)).outcome, LegOutcome::Failed);
}

class KeepingWaiter final : public RunWaiter {
public:
    void runEnded(RunOutcome outcome) override { m_ended.set_value(std::move(outcome)); }
    RunOutcome wait() { return m_ended.get_future().get(); }

private:
    std::promise<RunOutcome> m_ended;
};

RunOutcome watched(const std::shared_ptr<port::ModelRunner>& runner) {
    ServingBench bench;
    const auto core = std::make_shared<PipelineCore>(
        PipelineOptions{},
        PipelineParts{*bench.directory, nullptr, bench.scorer, {&bench.sink}, bench.audit, bench.clock, bench.random});
    const auto waiter = std::make_shared<KeepingWaiter>();
    const VersionLink version{VersionNumber(1), {}, runner, {}, std::make_shared<VersionHealth>(BreakerRule{}, 3)};
    const EndpointSettings settings;
    const TensorSet inputs = makeTensorSet({test::floats("x", {1, 2}, {1, 1})});
    WatchedRun::start(core, {bench.name, settings, version, inputs, 30ms}, waiter);
    RunOutcome outcome = waiter->wait();
    core->stop();
    return outcome;
}

TEST(WatchedRun, countsAsTheMirrorsDo) {
    const RunOutcome late = watched(std::make_shared<BatchedRunner>(std::nullopt));
    EXPECT_EQ(late.outcome, LegOutcome::Late);
    EXPECT_FALSE(late.single);
    const Error away{ErrorCode::Unavailable, "its worker is away"};
    const RunOutcome refused = watched(std::make_shared<BatchedRunner>(away, false));
    EXPECT_EQ(refused.outcome, LegOutcome::Skipped);
    EXPECT_EQ(refused.error, "was not asked: its worker is away");
    EXPECT_EQ(watched(std::make_shared<BatchedRunner>(away)).outcome, LegOutcome::Lost);
}

TEST(Mirror, aRunOfItsOwnIsOneHoweverItEnds) {
    const auto behaviour = std::make_shared<test::FakeBehaviour>();
    behaviour->fail({ErrorCode::Unavailable, "the worker died"});
    EXPECT_TRUE(mirroredTo(std::make_shared<test::FakeRunner>(behaviour)).single);
    behaviour->hold();
    EXPECT_TRUE(mirroredTo(std::make_shared<test::FakeRunner>(behaviour)).single);
    behaviour->release();
}

} // namespace
} // namespace gnomon::serving
