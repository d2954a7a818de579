// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/model_file.h"
#include "backend/engine/onnx_runner.h"
#include "backend/engine/onnx_tensors.h"
#include "backend/engine/run_memory.h"
#include "tests/support/await_run.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstring>
#include <fstream>
#include <list>

namespace gnomon::engine {
namespace {

using namespace std::chrono_literals;
using test::floats;
using test::TinyOnnx;

class OnnxRunnerTest : public testing::Test {
protected:
    void SetUp() override {
        Result<std::shared_ptr<OnnxLibrary>> library = OnnxLibrary::open(OnnxLibrary::defaultPath());
        ASSERT_TRUE(library.ok()) << library.error().message;
        m_library = *library;
    }
    void TearDown() override { std::filesystem::remove(m_path); }

    Result<std::shared_ptr<port::ModelRunner>> load(const std::string& file, const OnnxRunnerOptions& options = {}) {
        std::ofstream(m_path, std::ios::binary) << file;
        return makeOnnxRunner(m_library, "tiny v1", m_path, options);
    }

    // Runs y = Identity(x) of the given type.
    static std::string identityOf(TinyOnnx::Type type, const std::vector<std::int64_t>& dims) {
        return TinyOnnx()
            .add(TinyOnnx::node("Identity", {"x"}, {"y"}))
            .input(TinyOnnx::value("x", type, dims))
            .output(TinyOnnx::value("y", type, dims))
            .file();
    }

    // While (i < 2^63 - 1) {}: ends only when it is told to.
    static std::string endless() {
        const std::string body = TinyOnnx()
                                     .add(TinyOnnx::node("Identity", {"c"}, {"cout"}))
                                     .add(TinyOnnx::node("Identity", {"v"}, {"vout"}))
                                     .input(TinyOnnx::value("i", TinyOnnx::Int64, {}))
                                     .input(TinyOnnx::value("c", TinyOnnx::Bool, {}))
                                     .input(TinyOnnx::value("v", TinyOnnx::Float, {1}))
                                     .output(TinyOnnx::value("cout", TinyOnnx::Bool, {}))
                                     .output(TinyOnnx::value("vout", TinyOnnx::Float, {1}))
                                     .graph();
        const std::string attribute =
            TinyOnnx::bytes(5, TinyOnnx::bytes(1, "body") + TinyOnnx::bytes(6, body) + TinyOnnx::number(20, 5));
        return TinyOnnx()
            .add(TinyOnnx::node("Loop", {"m", "c0", "x"}, {"y"}, attribute))
            .input(TinyOnnx::value("m", TinyOnnx::Int64, {}))
            .input(TinyOnnx::value("c0", TinyOnnx::Bool, {}))
            .input(TinyOnnx::value("x", TinyOnnx::Float, {1}))
            .output(TinyOnnx::value("y", TinyOnnx::Float, {1}))
            .file();
    }
    static std::vector<Tensor> trips(std::int64_t count) {
        Tensor m{"m", DataType::Int64, {}, Bytes(sizeof count)};
        std::memcpy(m.data.data(), &count, sizeof count);
        return {m, {"c0", DataType::Bool, {}, {1}}, floats("x", {1}, {1.0F})};
    }
    static constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

    std::shared_ptr<OnnxLibrary> m_library;
    const std::filesystem::path m_path =
        std::filesystem::path(testing::TempDir()) / ("gnomon-run-" + std::to_string(::getpid()) + ".onnx");
};

TEST(OnnxLibraryTest, missingLibraryIsUnavailableAndSaysWhatToDo) {
    const auto library = OnnxLibrary::open("/nonexistent/libonnxruntime.so.1");
    ASSERT_FALSE(library.ok());
    EXPECT_EQ(library.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(library.error().remedy.empty());
}

TEST(OnnxLibraryTest, anotherLibraryIsRefusedByName) {
    const auto library = OnnxLibrary::open("libc.so.6");
    ASSERT_FALSE(library.ok());
    EXPECT_NE(library.error().message.find("is not ONNX Runtime"), std::string::npos);
}

TEST_F(OnnxRunnerTest, namesThatAreNotUtf8AreRefused) {
    const std::string latin = "caf\xe9";
    const std::string tensorName = TinyOnnx()
                                       .add(TinyOnnx::node("Identity", {"x"}, {latin}))
                                       .input(TinyOnnx::value("x", TinyOnnx::Float, {-1}))
                                       .output(TinyOnnx::value(latin, TinyOnnx::Float, {-1}))
                                       .file();
    const std::string floatType = TinyOnnx::bytes(1, TinyOnnx::number(1, TinyOnnx::Float));
    const std::string map = TinyOnnx::bytes(5, TinyOnnx::number(1, TinyOnnx::String) + TinyOnnx::bytes(2, floatType));
    const std::string scores =
        TinyOnnx::bytes(1, "y") + TinyOnnx::bytes(2, TinyOnnx::bytes(4, TinyOnnx::bytes(1, map)));
    const auto labelled = [&](const std::string& label) {
        const std::string labels = TinyOnnx::bytes(1, "classlabels_strings") + TinyOnnx::bytes(9, "tea") +
                                   TinyOnnx::bytes(9, label) + TinyOnnx::number(20, 8);
        return TinyOnnx()
            .add(TinyOnnx::node("ZipMap", {"x"}, {"y"}, TinyOnnx::bytes(5, labels), "ai.onnx.ml"))
            .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
            .output(scores)
            .file();
    };
    ASSERT_TRUE(load(labelled("café")).ok()) << load(labelled("café")).error().message;
    for (const std::string& file : {tensorName, labelled(latin)}) {
        const auto runner = load(file);
        ASSERT_FALSE(runner.ok());
        EXPECT_EQ(runner.error().code, ErrorCode::FailedPrecondition);
        EXPECT_NE(runner.error().message.find("caf\\xe9"), std::string::npos) << runner.error().message;
        EXPECT_FALSE(runner.error().remedy.empty());
    }
}

TEST_F(OnnxRunnerTest, schemaTellsNamesTypesShapesAndDigest) {
    const auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const port::ModelSchema& schema = (*runner)->schema();
    EXPECT_EQ(schema.inputs, (std::vector<TensorSpec>{{"x", DataType::Fp32, {-1, 2}, false}}));
    EXPECT_EQ(schema.outputs, (std::vector<TensorSpec>{{"y", DataType::Fp32, {-1, 2}, false}}));
    EXPECT_EQ(schema.digest, sha256(asBytes(TinyOnnx::identity())));
}

TEST_F(OnnxRunnerTest, answersWhatTheModelComputes) {
    const auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const Result<port::RunResult> result = test::start(**runner, {floats("x", {2, 2}, {1, 2, 3, 4})}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(copyTensors(result->outputs)[0], floats("y", {2, 2}, {1, 2, 3, 4}));
    EXPECT_TRUE(result->single);
}

// A few bytes that ask for gigabytes, as a model that sizes its output by its input has it.
TEST_F(OnnxRunnerTest, runsTakeBoundedMemory) {
    const auto runner = load(TinyOnnx()
                                 .add(TinyOnnx::node("ConstantOfShape", {"n"}, {"y"}))
                                 .input(TinyOnnx::value("n", TinyOnnx::Int64, {1}))
                                 .output(TinyOnnx::value("y", TinyOnnx::Float, {-1}))
                                 .file());
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const auto ask = [&](std::int64_t elements) {
        Tensor n{"n", DataType::Int64, {1}, Bytes(sizeof elements)};
        std::memcpy(n.data.data(), &elements, sizeof elements);
        return test::start(**runner, {n}).wait();
    };
    for (const std::int64_t elements : {std::int64_t{1} << 30, std::int64_t{1} << 33, std::int64_t{1} << 40}) {
        const Result<port::RunResult> result = ask(elements);
        ASSERT_FALSE(result.ok()) << elements;
        EXPECT_EQ(result.error().code, ErrorCode::ResourceExhausted) << result.error().message;
        EXPECT_NE(result.error().message.find("more memory than it may have"), std::string::npos);
    }
    EXPECT_TRUE(ask(std::int64_t{1} << 20).ok());
}

TEST_F(OnnxRunnerTest, whatRunsTookIsCountedUntilItIsGivenBack) {
    RunMemory memory(1000);
    void* const first = memory.Alloc(&memory, 900);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
    EXPECT_THROW(memory.Alloc(&memory, 101), std::bad_alloc);
    EXPECT_THROW(memory.Alloc(&memory, ~std::size_t{0}), std::bad_alloc);
    EXPECT_EQ(memory.used(), 900U);
    void* weights = nullptr;
    {
        const RunMemory::Loading loading;
        weights = memory.Alloc(&memory, 5000); // the size of its file bounds them
    }
    EXPECT_EQ(memory.used(), 900U);
    memory.Free(&memory, first);
    memory.Free(&memory, weights);
    memory.Free(&memory, memory.Alloc(&memory, 0));
    EXPECT_EQ(memory.used(), 0U);
}

TEST_F(OnnxRunnerTest, onlyMisalignedInputsAreCopied) {
    const std::vector<double> numbers = {1, 2, 3};
    const auto* start = reinterpret_cast<const std::uint8_t*>(numbers.data());
    std::list<Bytes> copies;
    const auto aligned = toValue({"x", DataType::Fp64, {2}, {start, 16}}, copies);
    ASSERT_TRUE(aligned.ok());
    EXPECT_EQ(aligned->GetTensorRawData(), numbers.data());
    EXPECT_TRUE(copies.empty());
    const auto misaligned = toValue({"x", DataType::Fp64, {2}, {start + 1, 16}}, copies);
    ASSERT_TRUE(misaligned.ok());
    EXPECT_EQ(copies.size(), 1U);
}

TEST_F(OnnxRunnerTest, misalignedInputsAreRead) {
    const auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok());
    const Tensor whole = floats("x", {1, 2}, {5, 6});
    auto shifted = std::make_shared<Bytes>(whole.data.size() + 1);
    std::copy(whole.data.begin(), whole.data.end(), shifted->begin() + 1);
    const TensorSet inputs{{{"x", DataType::Fp32, {1, 2}, ByteView(*shifted).subspan(1)}}, shifted};
    const auto result = test::start(**runner, {inputs, {}, std::chrono::steady_clock::now() + 1min}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(copyTensors(result->outputs)[0].data, whole.data);
}

TEST_F(OnnxRunnerTest, outputsOutliveTheRunner) {
    auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok());
    const auto result = test::start(**runner, {floats("x", {1, 2}, {1, 2})}).wait();
    ASSERT_TRUE(result.ok());
    (*runner).reset();
    EXPECT_EQ(copyTensors(result->outputs)[0].data, floats("y", {1, 2}, {1, 2}).data);
}

TEST_F(OnnxRunnerTest, stringsAreBinarySafe) {
    const auto runner = load(identityOf(TinyOnnx::String, {-1}));
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const Tensor texts{"x", DataType::ByteString, {3}, {3, 0, 0, 0, 'a', 0, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 'z'}};
    const auto result = test::start(**runner, {texts}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(copyTensors(result->outputs)[0].data, texts.data);
}

TEST_F(OnnxRunnerTest, emptyTensorsAndScalarsWork) {
    const auto strings = load(identityOf(TinyOnnx::String, {-1}));
    ASSERT_TRUE(strings.ok());
    const auto none = test::start(**strings, {Tensor{"x", DataType::ByteString, {0}, {}}}).wait();
    ASSERT_TRUE(none.ok()) << none.error().message;
    EXPECT_EQ(none->outputs.tensors[0].shape, (std::vector<std::int64_t>{0}));
    const auto numbers = load(TinyOnnx::identity());
    const auto empty = test::start(**numbers, {floats("x", {0, 2}, {})}).wait();
    ASSERT_TRUE(empty.ok()) << empty.error().message;
    EXPECT_TRUE(empty->outputs.tensors[0].data.empty());
    const auto scalars = load(identityOf(TinyOnnx::Float, {}));
    const auto one = test::start(**scalars, {floats("x", {}, {7})}).wait();
    ASSERT_TRUE(one.ok()) << one.error().message;
    EXPECT_TRUE(one->outputs.tensors[0].shape.empty());
    EXPECT_DOUBLE_EQ(elementAsDouble(one->outputs.tensors[0], 0), 7.0);
}

TEST_F(OnnxRunnerTest, wrongInputsAreTheCallersFault) {
    const auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok());
    const std::vector<std::vector<Tensor>> wrong = {
        {},
        {floats("other", {1, 2}, {1, 2})},
        {floats("x", {1, 3}, {1, 2, 3})},
        {floats("x", {1, 2}, {1})},
        {Tensor{"x", DataType::Int32, {1, 2}, Bytes(8)}},
        {Tensor{"x", DataType::ByteString, {1}, {9, 0, 0, 0, 'a'}}},
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        const auto result = test::start(**runner, wrong[i]).wait();
        ASSERT_FALSE(result.ok()) << i;
        EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument) << i << ": " << result.error().message;
    }
}

TEST_F(OnnxRunnerTest, lateRunIsNotStarted) {
    const auto runner = load(TinyOnnx::identity());
    ASSERT_TRUE(runner.ok());
    const auto result = test::start(**runner, {floats("x", {1, 2}, {1, 2})}, -1ms).wait();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::DeadlineExceeded);
}

TEST_F(OnnxRunnerTest, abandonedRunHoldsUpNobody) {
    const auto runner = load(endless(), {1});
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    for (int round = 0; round < 3; ++round) {
        const test::AwaitedRun stuck = test::start(**runner, trips(kEndless));
        const test::AwaitedRun waiting = test::start(**runner, trips(3));
        stuck.run->abandon();
        const auto result = waiting.wait();
        ASSERT_TRUE(result.ok()) << result.error().message;
        const auto cancelled = stuck.wait(); // a loop looks at the flag between its rounds
        ASSERT_FALSE(cancelled.ok());
        EXPECT_EQ(cancelled.error().code, ErrorCode::Cancelled);
    }
}

TEST_F(OnnxRunnerTest, computesOnTheThreadThatOffersItself) {
    const auto runner = load(TinyOnnx::identity()).value();
    std::shared_ptr<port::Run> told;
    port::RunRequest request{makeTensorSet({floats("x", {1, 2}, {1, 2})}), {}, std::chrono::steady_clock::now() + 1min};
    request.here = [&](const std::shared_ptr<port::Run>& run) { told = run; };
    std::thread::id answeredOn;
    const auto run = runner->run(request, [&](const Result<port::RunResult>& result) {
        EXPECT_TRUE(result.ok());
        answeredOn = std::this_thread::get_id();
    });
    EXPECT_EQ(answeredOn, std::this_thread::get_id()) << "before run() returned";
    EXPECT_EQ(run, told);
}

TEST_F(OnnxRunnerTest, givenUpOnAThreadThatOfferedItselfItEndsAndOthersAreServedMeanwhile) {
    const auto runner = load(endless(), {.threads = 1}).value();
    std::promise<std::shared_ptr<port::Run>> told;
    std::promise<Result<port::RunResult>> answer;
    std::jthread offered([&] {
        port::RunRequest request{makeTensorSet(trips(kEndless)), {}, std::chrono::steady_clock::now() + 1min};
        request.here = [&](const std::shared_ptr<port::Run>& run) { told.set_value(run); };
        runner->run(std::move(request), [&](Result<port::RunResult> result) { answer.set_value(std::move(result)); });
    });
    const auto run = told.get_future().get();
    // No more threads are taken than the version may have: the next one is queued.
    bool here = false;
    port::RunRequest second{makeTensorSet(trips(kEndless)), {}, std::chrono::steady_clock::now() + 1min};
    second.here = [&](const auto&) { here = true; };
    const test::AwaitedRun queued = test::start(*runner, std::move(second));
    EXPECT_FALSE(here);
    run->abandon();
    queued.run->abandon();
    EXPECT_EQ(answer.get_future().get().error().code, ErrorCode::Cancelled);
    EXPECT_EQ(queued.wait().error().code, ErrorCode::Cancelled);
}

TEST_F(OnnxRunnerTest, theThreadOfARunThatHasEndedIsNotDemotedAnyMore) {
    const auto runner = load(TinyOnnx::identity()).value();
    port::RunRequest request{makeTensorSet({floats("x", {1, 2}, {1, 2})}), {}, std::chrono::steady_clock::now() + 1min};
    request.here = [](const auto&) {};
    const auto run = runner->run(std::move(request), [](const Result<port::RunResult>& result) {
        EXPECT_TRUE(result.ok()); // as its time is up, and before whoever noticed that could say so
    });
    run->abandon();
    run->demote();
    EXPECT_NE(::sched_getscheduler(0), SCHED_IDLE) << "it may compute for somebody else by now";
}

TEST_F(OnnxRunnerTest, destroyingTheRunnerEndsItsRuns) {
    auto runner = load(endless(), {1});
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const test::AwaitedRun running = test::start(**runner, trips(kEndless));
    const test::AwaitedRun queued = test::start(**runner, trips(1));
    (*runner).reset();
    EXPECT_FALSE(queued.wait().ok());
    EXPECT_FALSE(running.wait().ok());
}

TEST_F(OnnxRunnerTest, modelsThatCannotBeCarriedAreRefusedWithTheReason) {
    const std::string weights = TinyOnnx::number(1, 1) + TinyOnnx::number(2, 1) + TinyOnnx::bytes(8, "w") +
                                TinyOnnx::bytes(13, TinyOnnx::bytes(1, "location") + TinyOnnx::bytes(2, "w.bin")) +
                                TinyOnnx::number(14, 1);
    const std::string external = TinyOnnx()
                                     .add(TinyOnnx::node("Add", {"x", "w"}, {"y"}))
                                     .initializer(weights)
                                     .input(TinyOnnx::value("x", TinyOnnx::Float, {1}))
                                     .output(TinyOnnx::value("y", TinyOnnx::Float, {1}))
                                     .file();
    const std::string custom = TinyOnnx()
                                   .add(TinyOnnx::node("Custom", {"x"}, {"y"}, "", "some.vendor"))
                                   .input(TinyOnnx::value("x", TinyOnnx::Float, {1}))
                                   .output(TinyOnnx::value("y", TinyOnnx::Float, {1}))
                                   .file();
    const std::vector<std::pair<std::string, std::string>> files = {
        {external, "other files"}, {custom, "Custom"}, {TinyOnnx::identity().substr(0, 40), "cut short"}};
    for (const auto& [file, word] : files) {
        const auto runner = load(file);
        ASSERT_FALSE(runner.ok()) << word;
        EXPECT_NE(runner.error().message.find(word), std::string::npos) << runner.error().message;
        EXPECT_NE(runner.error().message.find("tiny v1"), std::string::npos);
    }
}

} // namespace
} // namespace gnomon::engine
