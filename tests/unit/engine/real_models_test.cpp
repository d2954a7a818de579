// SPDX-License-Identifier: GPL-3.0-or-later
// Real models with known answers and hostile files, where the test data is at hand.
#include "backend/engine/onnx_runner.h"
#include "tests/support/await_run.h"
#include "tests/support/model_case.h"

#include <gtest/gtest.h>

#include <iostream>

namespace gnomon::engine {
namespace {

using namespace std::chrono_literals;

class RealModels : public testing::Test {
protected:
    void SetUp() override {
        const auto data = test::testData();
        if (!data) {
            GTEST_SKIP() << "GNOMON_TEST_DATA is not set: no real models to try";
        }
        m_data = *data;
        const auto library = OnnxLibrary::open(OnnxLibrary::defaultPath());
        ASSERT_TRUE(library.ok()) << library.error().message;
        m_library = *library;
    }

    Result<std::shared_ptr<port::ModelRunner>> load(const std::filesystem::path& model,
                                                    const OnnxRunnerOptions& options = {}) {
        return makeOnnxRunner(m_library, model.parent_path().filename().string(), model, options);
    }

    // Empty, or what is wrong.
    std::string tryCase(const std::string& name) {
        const test::ModelCase known = test::ModelCase::load(m_data / "models" / name);
        const auto runner = load(known.model);
        if (!runner.ok()) {
            return runner.error().message;
        }
        const auto result = test::start(**runner, known.inputs).wait();
        if (!result.ok()) {
            return result.error().message;
        }
        if (!known.classNames.empty() && (*runner)->schema().classNames.at(known.flattened) != known.classNames) {
            return "other class names";
        }
        return known.difference(result->outputs);
    }

    std::filesystem::path m_data;
    std::shared_ptr<OnnxLibrary> m_library;
};

TEST_F(RealModels, giveTheirKnownAnswers) {
    for (const std::string name :
         {"triton_simple", "triton_simple_int8", "triton_simple_string", "triton_identity", "iris_lightgbm",
          "iris_logreg_fixed3", "iris_tribuo", "netflow_logreg", "credit_scoring_v1", "node_nonzero_example",
          "node_max_float16", "ort_symbolic_dims", "ort_optional_inputs_ir4", "titanic_mixed"}) {
        EXPECT_EQ(tryCase(name), "") << name;
    }
}

TEST_F(RealModels, modelWithAMapAsInputIsRefused) {
    const auto runner = load(m_data / "models/ort_pipeline_vectorize/model.onnx");
    ASSERT_FALSE(runner.ok());
    EXPECT_EQ(runner.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(runner.error().message.find("input 'float_input' is a map"), std::string::npos) << runner.error().message;
}

TEST_F(RealModels, brokenAndHostileFilesAreRefusedWithAReason) {
    for (const std::string name : {"git_lfs_pointer.onnx",
                                   "needs_extensions.onnx",
                                   "ort_corrupt-model.onnx",
                                   "ort_custom_op.onnx",
                                   "ort_foo_truncated.onnx",
                                   "ort_noopset.onnx",
                                   "ort_opset_314159.onnx",
                                   "ort_pyop.onnx",
                                   "sklearn_pickle.onnx",
                                   "derived/cycle.onnx",
                                   "derived/empty.onnx",
                                   "derived/external_abs.onnx",
                                   "derived/external_missing.onnx",
                                   "derived/external_negative.onnx",
                                   "derived/external_traversal.onnx",
                                   "derived/gzipped.onnx",
                                   "derived/one_byte.onnx",
                                   "derived/text.onnx",
                                   "derived/truncated_10pct.onnx",
                                   "derived/truncated_90pct.onnx",
                                   "ort_bugs_jikechao/if_op.onnx"}) {
        const auto runner = load(m_data / "bad" / name);
        ASSERT_FALSE(runner.ok()) << name;
        EXPECT_TRUE(runner.error().code == ErrorCode::FailedPrecondition || runner.error().code == ErrorCode::Corrupt)
            << name << ": " << runner.error().message;
        EXPECT_FALSE(runner.error().message.empty());
    }
}

TEST_F(RealModels, runThatNeverEndsIsAbandonedWhileOthersAreAnswered) {
    const auto endless = load(m_data / "bad/derived/loop_forever.onnx", {1});
    ASSERT_TRUE(endless.ok()) << endless.error().message;
    const test::ModelCase known = test::ModelCase::load(m_data / "models/triton_simple");
    const auto healthy = load(known.model, {1});
    ASSERT_TRUE(healthy.ok());
    std::vector<Tensor> inputs;
    for (const TensorSpec& spec : (*endless)->schema().inputs) {
        std::vector<std::int64_t> shape = spec.shape;
        std::replace(shape.begin(), shape.end(), std::int64_t{-1}, std::int64_t{1});
        const auto bytes = static_cast<std::size_t>(*elementCount(shape)) * elementSize(spec.type);
        inputs.push_back({spec.name, spec.type, shape, Bytes(bytes)});
    }
    std::vector<test::AwaitedRun> stuck;
    for (int i = 0; i < 4; ++i) {
        stuck.push_back(test::start(**endless, inputs));
        const auto result = test::start(**healthy, known.inputs).wait();
        ASSERT_TRUE(result.ok()) << result.error().message;
        EXPECT_FALSE(stuck.back().isAnswered());
        stuck.back().run->abandon();
    }
    for (const test::AwaitedRun& run : stuck) {
        EXPECT_FALSE(run.wait().ok());
    }
}

} // namespace
} // namespace gnomon::engine
