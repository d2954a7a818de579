// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_library.h"
#include "backend/upstream/worker_runner.h"
#include "tests/support/await_run.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>

namespace gnomon::upstream {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using test::floats;
using test::TinyOnnx;

class WorkerRunnerTest : public testing::Test {
protected:
    void SetUp() override {
        char folder[] = "/tmp/gnomon-worker-XXXXXX";
        m_folder = mkdtemp(folder);
        write(TinyOnnx::identity());
        m_options.name = "tiny v1";
        m_options.model = m_folder / "model.onnx";
        m_options.executable = TEST_WORKER;
        m_options.socketFolder = m_folder;
        m_options.onnxLibrary = engine::OnnxLibrary::defaultPath();
        m_options.threads = 1;
        m_options.startTimeout = 60s;
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    void write(const std::string& file) { std::ofstream(m_folder / "model.onnx", std::ios::binary) << file; }

    static Result<port::RunResult> ask(port::ModelRunner& runner) {
        return test::start(runner, {floats("x", {1, 2}, {1, 2})}).wait();
    }
    // How long until it answers; more than a minute when it does not.
    static std::chrono::milliseconds untilAnswer(port::ModelRunner& runner) {
        const MonoTime start = steady_clock::now();
        while (!ask(runner).ok() && steady_clock::now() < start + 1min) {
            std::this_thread::yield();
        }
        return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
    }
    std::size_t sockets() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(m_folder)) {
            count += entry.is_socket() ? 1 : 0;
        }
        return count;
    }

    std::filesystem::path m_folder;
    WorkerOptions m_options;
};

TEST_F(WorkerRunnerTest, modelRunsInAnotherProcess) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    EXPECT_GT((*runner)->workerProcess(), 0);
    EXPECT_NE((*runner)->workerProcess(), getpid());
    EXPECT_EQ((*runner)->schema().inputs.at(0).name, "x");
    const auto result = ask(**runner);
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(copyTensors(result->outputs).at(0), floats("y", {1, 2}, {1, 2}));
}

// When memory runs out for the whole machine, also where nobody is root.
TEST_F(WorkerRunnerTest, aWorkerIsLessPreciousThanTheNode) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    std::ifstream file("/proc/" + std::to_string((*runner)->workerProcess()) + "/oom_score_adj");
    int score = 0;
    EXPECT_TRUE(file >> score);
    EXPECT_EQ(score, 500);
}

TEST_F(WorkerRunnerTest, whatNobodyWaitsForIsComputedByThreadsThatYield) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const int base = ::getpriority(PRIO_PROCESS, 0);
    const auto yielding = [&] {
        int threads = 0;
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/" + std::to_string((*runner)->workerProcess()) + "/task")) {
            threads +=
                ::getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoul(task.path().filename()))) > base ? 1 : 0;
        }
        return threads;
    };
    ASSERT_TRUE(ask(**runner).ok());
    EXPECT_EQ(yielding(), 0);
    port::RunRequest request{makeTensorSet({floats("x", {1, 2}, {1, 2})}), {}, steady_clock::now() + 1min};
    request.background = true;
    ASSERT_TRUE(test::start(**runner, std::move(request)).wait().ok());
    EXPECT_EQ(yielding(), base < 10 ? 1 : 0) << "all of them yield as much from 10 on";
}

TEST_F(WorkerRunnerTest, killedWorkerIsBackWithinASecond) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    std::set<int> processes;
    for (const int signal : {SIGSEGV, SIGKILL, SIGABRT}) {
        ASSERT_TRUE(ask(**runner).ok());
        processes.insert((*runner)->workerProcess());
        kill((*runner)->workerProcess(), signal);
        while (ask(**runner).ok()) { // until its death is seen
        }
        const auto away = ask(**runner);
        EXPECT_TRUE(away.ok() || away.error().code == ErrorCode::Unavailable);
        // A second on a machine that has nothing else to do; twice as much room here than any loaded one needed.
        EXPECT_LT(untilAnswer(**runner), 10s);
    }
    processes.insert((*runner)->workerProcess());
    EXPECT_EQ(processes.size(), 4U);
    EXPECT_EQ(sockets(), 1U); // the dead left none
}

TEST_F(WorkerRunnerTest, runsUnderWayFailWhenTheWorkerDies) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    kill((*runner)->workerProcess(), SIGSTOP); // it takes the request and answers nothing
    const auto run = test::start(**runner, {floats("x", {1, 2}, {1, 2})});
    EXPECT_FALSE(run.isAnswered());
    kill((*runner)->workerProcess(), SIGKILL);
    EXPECT_EQ(run.wait().error().code, ErrorCode::Unavailable);
}

TEST_F(WorkerRunnerTest, destroyingTheRunnerEndsTheProcess) {
    auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const int process = (*runner)->workerProcess();
    (*runner).reset();
    EXPECT_EQ(kill(process, 0), -1); // reaped, too
    EXPECT_EQ(sockets(), 0U);
}

TEST_F(WorkerRunnerTest, refusalNamesTheReason) {
    write("this is not a model");
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::Corrupt);
    EXPECT_NE(runner.error().message.find("tiny v1"), std::string::npos) << runner.error().message;
    EXPECT_FALSE(runner.error().remedy.empty());
}

TEST_F(WorkerRunnerTest, deathWhileLoadingNamesTheSignal) {
    m_options.name = "dies";
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(runner.error().message.find("SIGSEGV"), std::string::npos) << runner.error().message;
}

TEST_F(WorkerRunnerTest, silenceIsNotWaitedForLong) {
    m_options.name = "says nothing";
    m_options.startTimeout = 100ms;
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::Unavailable);
}

TEST_F(WorkerRunnerTest, missingProgramIsNamed) {
    m_options.executable = "/nonexistent/gnomond";
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::Unavailable);
    EXPECT_NE(runner.error().message.find("/nonexistent/gnomond"), std::string::npos);
}

TEST_F(WorkerRunnerTest, missingEngineIsUnavailable) {
    m_options.onnxLibrary = "/nonexistent/libonnxruntime.so.1";
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::Unavailable);
}

TEST_F(WorkerRunnerTest, changedFileIsNotServedAgain) {
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    write(TinyOnnx()
              .add(TinyOnnx::node("Neg", {"x"}, {"y"}))
              .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
              .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
              .file());
    kill((*runner)->workerProcess(), SIGKILL);
    std::string reason;
    while (reason.find("has changed") == std::string::npos) {
        const auto result = ask(**runner);
        if (result.ok()) {
            EXPECT_EQ(copyTensors(result->outputs).at(0), floats("y", {1, 2}, {1, 2}));
        } else {
            reason = result.error().message;
        }
    }
    write(TinyOnnx::identity()); // the original is back
    EXPECT_LT(untilAnswer(**runner), 1min);
}

// y = zeros of the shape that is asked for.
TEST_F(WorkerRunnerTest, memoryIsLimited) {
    write(TinyOnnx()
              .add(TinyOnnx::node("ConstantOfShape", {"x"}, {"y"}))
              .input(TinyOnnx::value("x", TinyOnnx::Int64, {1}))
              .output(TinyOnnx::value("y", TinyOnnx::Float, {-1}))
              .file());
    m_options.memoryLimit = std::size_t{1} << 30;
    const auto runner = makeWorkerRunner(m_options);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const auto zeros = [&](std::int64_t count) {
        Tensor shape{"x", DataType::Int64, {1}, Bytes(8)};
        std::memcpy(shape.data.data(), &count, sizeof count);
        return test::start(**runner, {shape}).wait();
    };
    EXPECT_TRUE(zeros(1000).ok());
    EXPECT_FALSE(zeros(std::int64_t{1} << 30).ok()); // 4 GiB
    const MonoTime until = steady_clock::now() + 1min;
    while (!zeros(1000).ok() && steady_clock::now() < until) {
    }
    EXPECT_TRUE(zeros(1000).ok());
}

} // namespace
} // namespace gnomon::upstream
