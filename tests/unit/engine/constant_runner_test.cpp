// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/constant_runner.h"
#include "tests/support/await_run.h"

#include <gtest/gtest.h>

namespace gnomon::engine {
namespace {

using test::floats;

std::shared_ptr<port::ModelRunner> runner() {
    return *makeConstantRunner({floats("p", {1, 2}, {0.25F, 0.75F}),
                                {"label", DataType::ByteString, {1}, {2, 0, 0, 0, 'n', 'o'}},
                                floats("scalar", {}, {9.0F})});
}

TEST(ConstantRunner, rowIsRepeatedForEveryRowOfTheRequest) {
    const auto constant = runner();
    const Result<port::RunResult> result = test::start(*constant, {floats("x", {3, 1}, {1, 2, 3})}).wait();
    ASSERT_TRUE(result.ok()) << result.error().message;
    const std::vector<Tensor> outputs = copyTensors(result->outputs);
    EXPECT_EQ(outputs[0], floats("p", {3, 2}, {0.25F, 0.75F, 0.25F, 0.75F, 0.25F, 0.75F}));
    EXPECT_EQ(outputs[1].shape, (std::vector<std::int64_t>{3}));
    EXPECT_EQ(outputs[1].data.size(), 18U);
    EXPECT_EQ(outputs[2], floats("scalar", {}, {9.0F}));
}

TEST(ConstantRunner, answersOnlyWhatIsAskedFor) {
    const auto constant = runner();
    const Result<port::RunResult> result = test::start(*constant, {makeTensorSet({}), {"label"}, {}}).wait();
    ASSERT_TRUE(result.ok());
    ASSERT_EQ(result->outputs.tensors.size(), 1U);
    EXPECT_EQ(result->outputs.tensors[0].name, "label");
    const Result<port::RunResult> unknown = test::start(*constant, {makeTensorSet({}), {"other"}, {}}).wait();
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().code, ErrorCode::InvalidArgument);
}

TEST(ConstantRunner, smallRequestCannotAskForAHugeAnswer) {
    const auto constant = runner();
    const Result<port::RunResult> result = test::start(*constant, {floats("x", {1 << 30, 0}, {})}).wait();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
}

TEST(ConstantRunner, schemaTakesAnyNumberOfRows) {
    EXPECT_EQ(runner()->schema().outputs[0].shape, (std::vector<std::int64_t>{-1, 2}));
    EXPECT_TRUE(runner()->schema().inputs.empty());
}

TEST(ConstantRunner, refusesAmbiguousConstants) {
    EXPECT_FALSE(makeConstantRunner({floats("p", {2}, {1, 2})}).ok());
    EXPECT_FALSE(makeConstantRunner({floats("p", {1}, {1}), floats("p", {1}, {1})}).ok());
}

} // namespace
} // namespace gnomon::engine
