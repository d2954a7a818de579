// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/serving_bench.h"

#include <gtest/gtest.h>

#include <thread>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using test::scoreOf;
using test::ServingBench;

class PipelineTest : public testing::Test {
protected:
    void SetUp() override { bench.start(); }
    void setMode(Mode mode) {
        Deployment deployment = bench.directory->inForce(bench.name)->deployment;
        deployment.mode = mode;
        ASSERT_TRUE(bench.deploy(deployment).ok());
    }

    ServingBench bench;
};

TEST_F(PipelineTest, anUnknownEndpointIsNotFound) {
    InferenceCall call = bench.call();
    call.endpoint = EndpointName("other");
    EXPECT_EQ(bench.ask(std::move(call)).error().code, ErrorCode::NotFound);
}

TEST_F(PipelineTest, inputsAreCheckedBeforeAnythingRuns) {
    InferenceCall call = bench.call();
    call.inputs = makeTensorSet({test::floats("x", {1, 3}, {1, 2, 3})});
    EXPECT_EQ(bench.ask(std::move(call)).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(bench.factory.inProcess(1).runs(), 0u);
    EXPECT_TRUE(bench.observed().empty());
}

TEST_F(PipelineTest, aDeadlineThatHadPassedIsSaidSo) {
    InferenceCall call = bench.call();
    call.deadline = bench.clock.monoNow() - 1ms;
    EXPECT_EQ(bench.ask(std::move(call)).error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(PipelineTest, inFallbackTheChainAnswersAndProductionIsNotAsked) {
    setMode(Mode::Fallback);
    const auto reply = bench.ask();
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->servedBy, "fallback");
    EXPECT_EQ(reply->version, VersionNumber(2));
    EXPECT_EQ(reply->reason, "") << "nothing was substituted: this is what was asked for";
    EXPECT_EQ(bench.factory.inProcess(1).runs(), 0u);
    EXPECT_EQ(bench.directory->snapshot(bench.name)->substituted, 0u);
}

TEST_F(PipelineTest, aDisabledEndpointSaysWhoAndSinceWhen) {
    setMode(Mode::Disabled);
    const auto reply = bench.ask();
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
    EXPECT_NE(reply.error().message.find("disabled by ada since 20"), std::string::npos) << reply.error().message;
    const auto traffic = bench.directory->traffic(bench.name);
    ASSERT_TRUE(traffic.ok());
    EXPECT_TRUE(traffic->firstReply.has_value()) << "the refusal is the reply that proves the change";
    EXPECT_EQ(traffic->servedBy, "refuse");
    EXPECT_EQ(bench.observed().size(), 1u);
}

TEST_F(PipelineTest, aNamedVersionAnswersAlone) {
    InferenceCall call = bench.call();
    call.version = VersionNumber(2);
    const auto reply = bench.ask(call);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->servedBy, "version");
    EXPECT_FLOAT_EQ(scoreOf(*reply), 0.2F);

    bench.factory.inProcess(2).fail({ErrorCode::Internal, "broken"});
    const auto failed = bench.ask(call);
    ASSERT_FALSE(failed.ok()) << "never substituted";
    EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);
    EXPECT_NE(failed.error().message.find("version 2"), std::string::npos);
    EXPECT_EQ(bench.factory.inProcess(1).runs(), 0u);

    call.version = VersionNumber(3);
    EXPECT_EQ(bench.ask(call).error().code, ErrorCode::NotFound);
}

TEST_F(PipelineTest, inFallbackNobodyReachesTheProductionVersionByItsNumber) {
    setMode(Mode::Fallback);
    InferenceCall call = bench.call();
    call.version = VersionNumber(1);
    const auto refused = bench.ask(call);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_NE(refused.error().message.find("in FALLBACK since 20"), std::string::npos) << refused.error().message;
    EXPECT_EQ(bench.factory.inProcess(1).runs(), 0u);

    call.version = VersionNumber(2);
    EXPECT_TRUE(bench.ask(call).ok());
    EXPECT_FALSE(bench.directory->traffic(bench.name)->firstReply.has_value()) << "it would have answered anyway";
    EXPECT_TRUE(bench.ask().ok());
    EXPECT_TRUE(bench.directory->traffic(bench.name)->firstReply.has_value());
}

TEST_F(PipelineTest, onlyTheOutputsAskedForAreGiven) {
    InferenceCall call = bench.call();
    call.outputs = {"score"};
    EXPECT_EQ(bench.ask(call)->outputs.tensors.size(), 1u);
    call.outputs = {"none"};
    EXPECT_EQ(bench.ask(call).error().code, ErrorCode::InvalidArgument);
}

TEST_F(PipelineTest, aReplyToAProbeIsToldFromACallers) {
    InferenceCall call = bench.call();
    call.probe = true;
    ASSERT_TRUE(bench.ask(call).ok());
    ASSERT_TRUE(bench.ask().ok());
    ASSERT_TRUE(bench.pipeline->drain(10s));
    EXPECT_TRUE(bench.directory->traffic(bench.name)->byProbe) << "the first reply was";
}

TEST_F(PipelineTest, repliesTellWhatProofOfEffectNeeds) {
    bench.factory.inProcess(1).hold();
    std::promise<Result<InferenceReply>> promise;
    auto old = promise.get_future();
    bench.pipeline->infer(bench.call(), [&promise](auto reply) { promise.set_value(std::move(reply)); });
    setMode(Mode::Fallback);
    EXPECT_EQ(bench.directory->traffic(bench.name)->olderInFlight, 1u);
    EXPECT_FALSE(bench.directory->traffic(bench.name)->firstReply.has_value());

    const auto reply = bench.ask();
    ASSERT_TRUE(reply.ok());
    auto traffic = bench.directory->traffic(bench.name);
    EXPECT_EQ(traffic->generation, GenerationNumber(2));
    EXPECT_EQ(traffic->firstReply, reply->exchange);
    EXPECT_EQ(traffic->servedBy, "fallback");
    EXPECT_FALSE(traffic->byProbe);

    bench.factory.inProcess(1).release();
    EXPECT_EQ(old.get()->generation, GenerationNumber(1));
    ASSERT_TRUE(bench.pipeline->drain(10s));
    EXPECT_EQ(bench.directory->traffic(bench.name)->olderInFlight, 0u);
}

TEST_F(PipelineTest, everyReplyDuringChangesIsOfOneGenerationAndNoneFails) {
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back([&] {
            while (!stop) {
                const auto reply = bench.ask();
                const bool even = reply.ok() && reply->generation.value % 2 == 0; // even generations are FALLBACK
                if (!reply.ok() || reply->servedBy != (even ? "fallback" : "production")) {
                    ++wrong;
                }
            }
        });
    }
    for (int i = 0; i < 50; ++i) {
        setMode(i % 2 == 0 ? Mode::Fallback : Mode::Production);
    }
    stop = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(wrong, 0u);
}

TEST_F(PipelineTest, drainingTurnsNewCallsAwayAndWaitsForTheOthers) {
    bench.factory.inProcess(1).hold();
    std::promise<bool> answered;
    bench.pipeline->infer(bench.call(), [&answered](const auto& reply) { answered.set_value(reply.ok()); });
    EXPECT_FALSE(bench.pipeline->drain(1ms));
    EXPECT_EQ(bench.ask().error().code, ErrorCode::Unavailable);
    EXPECT_EQ(bench.pipeline->counters().inFlight, 1u);
    bench.factory.inProcess(1).release();
    EXPECT_TRUE(answered.get_future().get());
    EXPECT_TRUE(bench.pipeline->drain(10s));
}

TEST_F(PipelineTest, theClusterIsTheEntityThatTheCallerNames) {
    ServingBench other(ServingBench::settings("production = 1", "[comparison]\ncluster_parameter = \"customer\"\n"));
    other.start();
    InferenceCall call = other.call();
    call.parameters["customer"] = "c-17";
    EXPECT_TRUE(other.ask(std::move(call)).ok());
    EXPECT_EQ(other.observed().at(0).exchange.cluster, "c-17");
}

class SlowSink final : public port::ObservationSink {
public:
    void observe(const Observation&) override { m_gate.wait(); }
    void open() { m_opened.set_value(); }

private:
    std::promise<void> m_opened;
    std::shared_future<void> m_gate = m_opened.get_future().share();
};

TEST_F(PipelineTest, whatTheObserversCannotTakeIsDroppedAndCounted) {
    SlowSink slow;
    PipelineOptions options;
    options.observerQueue = 4;
    bench.pipeline = makePipeline(
        options, {*bench.directory, nullptr, bench.scorer, {&slow}, bench.audit, bench.clock, bench.random});
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(bench.ask().ok());
    }
    slow.open();
    EXPECT_TRUE(bench.pipeline->settle(10s));
    EXPECT_GE(bench.pipeline->counters().observerDropped, 50u - 4u - 5u) << "one batch and one queue were taken";
    EXPECT_LT(bench.pipeline->counters().observerDropped, 50u);
}

TEST_F(PipelineTest, whatHoldsTooManyBytesDoesNotReachTheObservers) {
    SlowSink slow;
    PipelineOptions options;
    options.observerBytes = 3 * 3 * sizeof(float); // of three exchanges, two inputs and a score each
    bench.pipeline = makePipeline(
        options, {*bench.directory, nullptr, bench.scorer, {&slow}, bench.audit, bench.clock, bench.random});
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(bench.ask().ok());
    }
    slow.open();
    EXPECT_TRUE(bench.pipeline->settle(10s));
    EXPECT_EQ(bench.pipeline->counters().observerDropped, 47u);
    EXPECT_TRUE(bench.ask().ok());
    EXPECT_TRUE(bench.pipeline->settle(10s));
    EXPECT_EQ(bench.pipeline->counters().observerDropped, 47u) << "what was observed holds nothing any more";
}

TEST(PipelineLimits, tooManyCallsUnderWayAreTurnedAway) {
    PipelineOptions options;
    options.mostCalls = 2;
    ServingBench bench(ServingBench::settings("production = 1", "[budget]\nmilliseconds = 30000\n"), options);
    bench.start();
    bench.factory.inProcess(1).hold();
    std::promise<bool> answered[2];
    for (auto& one : answered) {
        bench.pipeline->infer(bench.call(), [&one](const auto& reply) { one.set_value(reply.ok()); });
    }
    const auto third = bench.ask();
    ASSERT_FALSE(third.ok());
    EXPECT_EQ(third.error().code, ErrorCode::ResourceExhausted);
    EXPECT_FALSE(third.error().remedy.empty());
    EXPECT_EQ(bench.pipeline->counters().turnedAway, 1u);
    bench.factory.inProcess(1).release();
    EXPECT_TRUE(answered[0].get_future().get());
    EXPECT_TRUE(answered[1].get_future().get());
    EXPECT_TRUE(bench.ask().ok());
}

class NobodyInfers final : public port::Authorizer {
public:
    Result<Principal> identify(const PeerIdentity&) const override { return Principal{}; }
    Status authorize(const Principal&, Permission permission) const override {
        return Error{ErrorCode::PermissionDenied, "lacks " + std::string(permissionName(permission))};
    }
};

TEST_F(PipelineTest, whoMayNotInferIsTurnedAway) {
    const NobodyInfers nobody;
    bench.pipeline = makePipeline(
        {}, {*bench.directory, &nobody, bench.scorer, {&bench.sink}, bench.audit, bench.clock, bench.random});
    EXPECT_EQ(bench.ask().error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(bench.factory.inProcess(1).runs(), 0u);
}

} // namespace
} // namespace gnomon::serving
