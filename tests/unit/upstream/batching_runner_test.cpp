// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/batching_runner.h"
#include "tests/support/await_run.h"
#include "tests/support/scripted_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace gnomon::upstream {
namespace {

using namespace std::chrono_literals;
using test::floats;
using test::ScriptedRunner;

port::ModelSchema schema() {
    port::ModelSchema schema;
    schema.inputs = {{"x", DataType::Fp32, {-1, 1}, false}};
    schema.outputs = {{"y", DataType::Fp32, {-1, 1}, false}};
    return schema;
}

std::vector<float> valuesOf(const TensorSet& set) {
    std::vector<float> values(set.tensors.at(0).data.size() / sizeof(float));
    std::memcpy(values.data(), set.tensors[0].data.data(), values.size() * sizeof(float));
    return values;
}

Result<port::RunResult> answer(const std::vector<float>& values) {
    return port::RunResult{makeTensorSet({floats("y", {static_cast<std::int64_t>(values.size()), 1}, values)}), 7ns};
}

// y = 2 x, as an honest model does; a negative x is refused.
Result<port::RunResult> doubled(const port::RunRequest& request) {
    std::vector<float> values = valuesOf(request.inputs);
    for (float& value : values) {
        if (value < 0) {
            return Error{ErrorCode::InvalidArgument, "negative"};
        }
        value *= 2;
    }
    return answer(values);
}

// Nothing is sampled and the window never closes by itself, so that what happens does not depend on time.
BatchingOptions options(std::int64_t rows, unsigned proofs = 0) {
    BatchingOptions options;
    options.name = "test v1";
    options.rows = rows;
    options.window = std::chrono::seconds(50);
    options.proofs = proofs;
    options.singly = [] { return false; };
    return options;
}

test::AwaitedRun ask(port::ModelRunner& runner, std::vector<float> values) {
    return test::start(runner, {floats("x", {static_cast<std::int64_t>(values.size()), 1}, values)});
}

float only(const test::AwaitedRun& run) {
    const Result<port::RunResult> result = run.wait();
    return result.ok() ? valuesOf(result->outputs).at(0) : -1;
}

TEST(BatchingRunner, fullBatchIsRunAsOneAndSplit) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(4));
    const auto a = ask(*runner, {1});
    const auto b = ask(*runner, {2, 3});
    EXPECT_FALSE(a.isAnswered());
    EXPECT_FALSE(a.run->single()) << "before it is known how it ends";
    const auto c = ask(*runner, {4});
    EXPECT_EQ(valuesOf(a.wait()->outputs), (std::vector<float>{2}));
    EXPECT_EQ(valuesOf(b.wait()->outputs), (std::vector<float>{4, 6}));
    EXPECT_EQ(valuesOf(c.wait()->outputs), (std::vector<float>{8}));
    EXPECT_FALSE(a.wait()->single);
    EXPECT_EQ(a.wait()->compute, 7ns);
    ASSERT_EQ(inner->requests().size(), 1U);
    EXPECT_EQ(valuesOf(inner->requests()[0].inputs), (std::vector<float>{1, 2, 3, 4}));
}

TEST(BatchingRunner, windowEndsTheWait) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    BatchingOptions quick = options(32);
    quick.window = 2ms;
    const auto runner = makeBatchingRunner(inner, quick);
    const auto alone = ask(*runner, {1}).wait();
    ASSERT_TRUE(alone.ok()) << alone.error().message;
    EXPECT_FALSE(alone->single); // it has waited, so its latency does not compare
}

TEST(BatchingRunner, requestsThatDoNotFitStartTheNextBatch) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(4));
    const auto a = ask(*runner, {1, 2});
    const auto b = ask(*runner, {3, 4, 5}); // would be five rows
    EXPECT_TRUE(a.wait().ok());
    EXPECT_FALSE(b.isAnswered());
    const auto c = test::start(*runner, {floats("other", {1, 1}, {6})}); // other tensors
    EXPECT_TRUE(b.wait().ok());
    EXPECT_FALSE(c.isAnswered());
}

TEST(BatchingRunner, sampledRequestsRunAloneAndAtOnce) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    BatchingOptions sampling = options(4);
    sampling.singly = [] { return true; };
    const auto runner = makeBatchingRunner(inner, sampling);
    const auto asked = ask(*runner, {1});
    EXPECT_TRUE(asked.run->single());
    const auto result = asked.wait();
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result->single);
}

// As many calls as come in a moment on a busy node: what compares latencies needs few of them.
TEST(BatchingRunner, ofManyRequestsFewRunAlone) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    BatchingOptions usual = options(1000);
    usual.singly = nullptr;
    const auto runner = makeBatchingRunner(inner, usual);
    const auto started = std::chrono::steady_clock::now();
    std::vector<test::AwaitedRun> asked;
    for (int i = 0; i < 5000; ++i) {
        asked.push_back(ask(*runner, {1}));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    const auto requests = inner->requests();
    const auto alone = std::count_if(requests.begin(), requests.end(), [](const port::RunRequest& request) {
        return request.inputs.tensors.at(0).shape.front() == 1;
    });
    EXPECT_GT(alone, 0);
    EXPECT_LE(static_cast<double>(alone), 12 + 50 * took.count());
}

TEST(BatchingRunner, urgentRequestsDoNotWait) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(4));
    EXPECT_TRUE(test::start(*runner, {floats("x", {1, 1}, {1})}, 1s).wait().ok()); // the window is longer
}

TEST(BatchingRunner, oneBadRequestSpoilsNoOther) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(3));
    const auto a = ask(*runner, {1});
    const auto bad = ask(*runner, {-1});
    const auto c = ask(*runner, {3});
    EXPECT_EQ(only(a), 2);
    EXPECT_FALSE(bad.wait().ok());
    EXPECT_EQ(only(c), 6);
    EXPECT_EQ(inner->requests().size(), 4U); // the batch, and each alone
}

TEST(BatchingRunner, lostWorkerFailsTheWholeBatch) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), [](const auto&) -> Result<port::RunResult> {
        return Error{ErrorCode::Unavailable, "gone"};
    });
    const auto runner = makeBatchingRunner(inner, options(2));
    const auto a = ask(*runner, {1});
    const auto b = ask(*runner, {2});
    EXPECT_EQ(a.wait().error().code, ErrorCode::Unavailable);
    EXPECT_EQ(b.wait().error().code, ErrorCode::Unavailable);
    EXPECT_EQ(inner->requests().size(), 1U);
}

TEST(BatchingRunner, firstBatchesAreProvenAgainstSingleRuns) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(2, 1));
    const auto a = ask(*runner, {1});
    const auto b = ask(*runner, {2});
    EXPECT_EQ(only(a), 2);
    EXPECT_EQ(only(b), 4);
    EXPECT_EQ(inner->requests().size(), 3U); // each alone, and the proof
    const auto c = ask(*runner, {3});
    const auto d = ask(*runner, {4});
    EXPECT_EQ(only(c), 6);
    EXPECT_EQ(only(d), 8);
    EXPECT_EQ(inner->requests().size(), 4U);
}

// A model whose first dimension is not rows: y = x - mean(x).
TEST(BatchingRunner, modelThatMixesRowsIsNeverBatched) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), [](const port::RunRequest& request) {
        std::vector<float> values = valuesOf(request.inputs);
        float mean = 0;
        for (const float value : values) {
            mean += value / static_cast<float>(values.size());
        }
        for (float& value : values) {
            value -= mean;
        }
        return answer(values);
    });
    const auto runner = makeBatchingRunner(inner, options(2, 1));
    const auto a = ask(*runner, {1});
    const auto b = ask(*runner, {5});
    EXPECT_EQ(only(a), 0);
    EXPECT_EQ(only(b), 0);
    const auto c = ask(*runner, {7}).wait(); // at once and alone from now on
    ASSERT_TRUE(c.ok());
    EXPECT_TRUE(c->single);
}

TEST(BatchingRunner, modelWithAFixedFirstDimensionIsLeftAlone) {
    port::ModelSchema fixed = schema();
    fixed.outputs[0].shape = {1};
    const auto inner = std::make_shared<ScriptedRunner>(fixed, doubled);
    EXPECT_EQ(makeBatchingRunner(inner, options(4)), inner);
}

TEST(BatchingRunner, abandonedRequestLeavesItsBatch) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    const auto runner = makeBatchingRunner(inner, options(2));
    const auto a = ask(*runner, {1});
    a.run->abandon();
    a.run->abandon();
    EXPECT_EQ(a.wait().error().code, ErrorCode::Cancelled);
    const auto b = ask(*runner, {2});
    EXPECT_FALSE(b.isAnswered());
    const auto c = ask(*runner, {3});
    EXPECT_EQ(only(b), 4);
    EXPECT_EQ(only(c), 6);
    EXPECT_EQ(valuesOf(inner->requests().at(0).inputs), (std::vector<float>{2, 3}));
}

TEST(BatchingRunner, batchIsAbandonedWhenNobodyWaitsForIt) {
    const auto inner = std::make_shared<ScriptedRunner>(schema());
    const auto runner = makeBatchingRunner(inner, options(2));
    const auto a = ask(*runner, {1});
    const auto b = ask(*runner, {2});
    a.run->abandon();
    EXPECT_EQ(inner->abandoned(), 0);
    b.run->abandon();
    EXPECT_EQ(inner->abandoned(), 1);
    inner->answerNext(Error{ErrorCode::Cancelled, "stopped"});
    EXPECT_EQ(a.wait().error().code, ErrorCode::Cancelled);
}

TEST(BatchingRunner, destructionCancelsWhatWaits) {
    const auto inner = std::make_shared<ScriptedRunner>(schema(), doubled);
    auto runner = makeBatchingRunner(inner, options(4));
    const auto a = ask(*runner, {1});
    runner.reset();
    EXPECT_EQ(a.wait().error().code, ErrorCode::Cancelled);
}

} // namespace
} // namespace gnomon::upstream
