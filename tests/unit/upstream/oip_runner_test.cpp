// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/random.h"
#include "backend/upstream/oip_runner.h"
#include "backend/upstream/worker_service.h"
#include "tests/support/await_run.h"
#include "tests/support/scripted_runner.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

namespace gnomon::upstream {
namespace {

using namespace std::chrono_literals;
using test::floats;
using test::ScriptedRunner;

port::ModelSchema schema() {
    port::ModelSchema schema;
    schema.inputs = {{"x", DataType::Fp32, {-1, 2}, false}, {"hint", DataType::ByteString, {-1}, true}};
    schema.outputs = {{"y", DataType::Fp32, {-1, 2}, false}};
    schema.classNames = {{"y", {"no", "yes"}}};
    schema.digest = sha256(asBytes("model"));
    return schema;
}

Result<port::RunResult> echo(const port::RunRequest& request) {
    std::vector<Tensor> outputs = copyTensors(request.inputs);
    outputs[0].name = "y";
    return port::RunResult{makeTensorSet(std::move(outputs)), 1234ns};
}

// A runner at both ends of a socket.
class OipRunnerTest : public testing::Test {
protected:
    ~OipRunnerTest() override {
        m_runner.reset();
        if (m_server != nullptr) {
            m_server->Shutdown(std::chrono::system_clock::now());
        }
    }

    void serve(ScriptedRunner::Answer answer = {}) {
        m_served = std::make_shared<ScriptedRunner>(schema(), std::move(answer));
        m_service = std::make_unique<WorkerService>("test v1", m_served);
        grpc::ServerBuilder builder;
        builder.AddListeningPort("unix:" + m_socket.string(), grpc::InsecureServerCredentials());
        builder.RegisterService(m_service.get());
        m_server = builder.BuildAndStart();
        ASSERT_NE(m_server, nullptr);
        Result<std::shared_ptr<port::ModelRunner>> runner = connectOip(target(), 20s);
        ASSERT_TRUE(runner.ok()) << runner.error().message;
        m_runner = *runner;
    }

    OipTarget target() const {
        OipTarget target;
        target.address = "unix:" + m_socket.string();
        target.model = "test";
        return target;
    }

    const std::filesystem::path m_socket =
        std::filesystem::path(testing::TempDir()) / (SystemRandom().id().substr(0, 12) + ".sock");
    std::shared_ptr<ScriptedRunner> m_served;
    std::unique_ptr<WorkerService> m_service;
    std::unique_ptr<grpc::Server> m_server;
    std::shared_ptr<port::ModelRunner> m_runner;
};

TEST_F(OipRunnerTest, schemaIsWhatTheServerStates) {
    serve(echo);
    EXPECT_EQ(m_runner->schema().inputs, schema().inputs);
    EXPECT_EQ(m_runner->schema().outputs, schema().outputs);
    EXPECT_EQ(m_runner->schema().classNames, schema().classNames);
    EXPECT_EQ(m_runner->schema().digest, schema().digest);
}

TEST_F(OipRunnerTest, answersComeWithTheirComputeTime) {
    serve(echo);
    const auto result = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(copyTensors(result->outputs).at(0), floats("y", {1, 2}, {1, 2}));
    EXPECT_EQ(result->compute, 1234ns);
}

port::RunRequest inBackground(float value) {
    port::RunRequest request{
        makeTensorSet({floats("x", {1, 2}, {value, value})}), {}, std::chrono::steady_clock::now() + 60s};
    request.background = true;
    return request;
}

// Nobody waits at the queue for these: it is looked at every 2 ms instead.
TEST_F(OipRunnerTest, runsInTheBackgroundAreAnsweredToo) {
    serve(echo);
    for (int i = 0; i < 20; ++i) {
        const auto result = test::start(*m_runner, inBackground(static_cast<float>(i))).wait();
        ASSERT_TRUE(result.ok()) << result.error().message;
    }
}

TEST_F(OipRunnerTest, aRunThatSomebodyWaitsForAndOneInTheBackgroundDoNotHoldUpEachOther) {
    serve();
    const auto first = test::start(*m_runner, inBackground(1));
    ASSERT_TRUE(m_served->awaitRuns(1));
    const auto awaited = test::start(*m_runner, {floats("x", {1, 2}, {2, 2})});
    ASSERT_TRUE(m_served->awaitRuns(2));
    const auto last = test::start(*m_runner, inBackground(3));
    ASSERT_TRUE(m_served->awaitRuns(3));
    for (const auto& run : {first, awaited, last}) { // in the order they came
        m_served->answerNext(Error{ErrorCode::NotFound, "answered"});
        EXPECT_EQ(run.wait().error().message, "answered");
    }
}

TEST_F(OipRunnerTest, destroyingTheRunnerEndsItsRunsInTheBackground) {
    serve();
    const auto run = test::start(*m_runner, inBackground(1));
    ASSERT_TRUE(m_served->awaitRuns(1));
    m_runner.reset();
    EXPECT_FALSE(run.wait().ok());
    ASSERT_TRUE(m_served->awaitAbandoned(1));
    m_served->answerNext(Error{ErrorCode::Cancelled, "stopped"});
}

TEST_F(OipRunnerTest, failuresKeepTheirCodeAndRemedy) {
    serve([](const auto&) -> Result<port::RunResult> {
        return Error{ErrorCode::InvalidArgument, "it is refused", "send something else", "x"};
    });
    const auto result = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}).wait();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error(), (Error{ErrorCode::InvalidArgument, "it is refused", "send something else", "x"}));
}

TEST_F(OipRunnerTest, deadlineIsPassedOnAndKept) {
    serve();
    const auto run = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}, 50ms);
    EXPECT_EQ(run.wait().error().code, ErrorCode::DeadlineExceeded);
    ASSERT_TRUE(m_served->awaitRuns(1));
    EXPECT_LT(m_served->requests()[0].deadline, std::chrono::steady_clock::now() + 1s);
    ASSERT_TRUE(m_served->awaitAbandoned(1));
    m_served->answerNext(Error{ErrorCode::Cancelled, "stopped"});
}

TEST_F(OipRunnerTest, abandonedRunIsAbandonedAtTheServer) {
    serve();
    const auto run = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})});
    ASSERT_TRUE(m_served->awaitRuns(1));
    run.run->abandon();
    EXPECT_EQ(run.wait().error().code, ErrorCode::Cancelled);
    ASSERT_TRUE(m_served->awaitAbandoned(1));
    EXPECT_TRUE(m_service->abandoned().oldest()); // and is watched until it ends
    m_served->answerNext(Error{ErrorCode::Cancelled, "stopped"});
    EXPECT_FALSE(m_service->abandoned().oldest());
}

TEST_F(OipRunnerTest, destroyingTheRunnerEndsItsRuns) {
    serve();
    const auto run = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})});
    ASSERT_TRUE(m_served->awaitRuns(1));
    m_runner.reset();
    EXPECT_FALSE(run.wait().ok());
    ASSERT_TRUE(m_served->awaitAbandoned(1));
    m_served->answerNext(Error{ErrorCode::Cancelled, "stopped"});
}

TEST_F(OipRunnerTest, serverThatWentAwayIsUnavailable) {
    serve(echo);
    m_server->Shutdown(std::chrono::system_clock::now());
    EXPECT_EQ(test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}).wait().error().code, ErrorCode::Unavailable);
}

TEST_F(OipRunnerTest, nobodyThereIsUnavailable) {
    const auto runner = connectOip(target(), 100ms);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::Unavailable);
}

TEST_F(OipRunnerTest, bigAnswersPass) {
    serve([](const auto&) -> Result<port::RunResult> {
        return port::RunResult{makeTensorSet({Tensor{"y", DataType::Uint8, {20 << 20}, Bytes(20 << 20)}})};
    });
    const auto result = test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->outputs.tensors[0].data.size(), 20U << 20);
}

TEST_F(OipRunnerTest, theTraceGoesOn) {
    serve(echo);
    ASSERT_TRUE(test::start(*m_runner, {floats("x", {1, 2}, {1, 2})}).wait().ok());
    auto trace = *parseTraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    trace.state = "vendor=1";
    std::promise<bool> answered;
    m_runner->run({makeTensorSet({floats("x", {1, 2}, {1, 2})}),
                   {},
                   std::chrono::steady_clock::now() + 20s,
                   std::make_shared<const TraceContext>(trace)},
                  [&](const Result<port::RunResult>& result) { answered.set_value(result.ok()); });
    ASSERT_TRUE(answered.get_future().get());
    const std::vector<port::RunRequest> served = m_served->requests();
    ASSERT_EQ(served.size(), 2u);
    EXPECT_EQ(served[0].trace, nullptr);
    ASSERT_NE(served[1].trace, nullptr);
    EXPECT_EQ(*served[1].trace, trace);
}

} // namespace
} // namespace gnomon::upstream
