// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/validate.h"
#include "tests/support/fake_runner.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gnomon::serving {
namespace {

using test::floats;

port::ModelSchema schema() {
    port::ModelSchema schema;
    schema.inputs = {{"x", DataType::Fp32, {-1, 2}, false}, {"text", DataType::ByteString, {-1}, true}};
    schema.outputs = {{"score", DataType::Fp32, {-1, 1}, false}};
    return schema;
}

Status check(std::vector<Tensor> inputs, bool allowNan = false, std::vector<std::string> outputs = {}) {
    InferenceCall call;
    call.endpoint = EndpointName("spam");
    call.inputs = makeTensorSet(std::move(inputs));
    call.outputs = std::move(outputs);
    return validate(call, schema(), allowNan);
}

void expectInvalid(const Status& status, const std::string& says) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(status.error().message.find(says), std::string::npos) << status.error().message;
}

const Tensor kGood = floats("x", {2, 2}, {1, 2, 3, 4});

TEST(Validate, acceptsWhatTheModelAccepts) {
    EXPECT_TRUE(check({kGood}).ok());
    EXPECT_TRUE(check({kGood, {"text", DataType::ByteString, {2}, toBytes(std::string("\1\0\0\0a\0\0\0\0", 9))}}).ok());
    EXPECT_TRUE(check({floats("x", {0, 2}, {})}).ok());
    EXPECT_TRUE(check({kGood}, false, {"score"}).ok());
}

TEST(Validate, refusesWhatContradictsTheSchema) {
    expectInvalid(check({}), "'x' of model 'spam' is missing");
    expectInvalid(check({kGood, floats("y", {1}, {1})}), "unknown to the model");
    expectInvalid(check({kGood, kGood}), "given twice");
    expectInvalid(check({{"x", DataType::Fp64, {1, 2}, Bytes(16)}}), "has datatype FP64, but the model expects FP32");
    expectInvalid(check({floats("x", {2}, {1, 2})}), "has shape [2], but the model expects [-1,2]");
    expectInvalid(check({floats("x", {1, 3}, {1, 2, 3})}), "has shape [1,3]");
    expectInvalid(check({floats("x", {2, 2}, {1, 2, 3})}), "expected 16, got 12");
    expectInvalid(check({{"x", DataType::Fp32, {1LL << 40, 2}, {}}}), "impossible shape");
    expectInvalid(check({kGood}, false, {"score", "other"}), "output 'other' is unknown");
}

TEST(Validate, rowsOfNothingCannotSizeTheAnswer) {
    port::ModelSchema empty;
    empty.inputs = {{"x", DataType::Fp32, {-1, 0}, false}};
    InferenceCall call;
    call.inputs = makeTensorSet({{"x", DataType::Fp32, {1LL << 30, 0}, {}}});
    expectInvalid(validate(call, empty, false), "impossible shape");
}

TEST(Validate, byteStringsMustFillTheirTensorExactly) {
    for (const std::string& data : {std::string("\5\0\0\0a", 5), std::string("\1\0\0\0ab", 6), std::string("\1\0", 2),
                                    std::string("\xff\xff\xff\xff", 4), std::string()}) {
        expectInvalid(check({kGood, {"text", DataType::ByteString, {1}, toBytes(data)}}),
                      "does not hold what its shape asks for");
    }
}

TEST(Validate, nanIsAcceptedOnlyWhereItMeansMissing) {
    const Tensor missing = floats("x", {1, 2}, {1, NAN});
    expectInvalid(check({missing}), "NaN");
    EXPECT_TRUE(check({missing}, true).ok());
    expectInvalid(check({floats("x", {1, 2}, {1, INFINITY})}, true), "infinite");
    expectInvalid(check({floats("x", {1, 2}, {1, -INFINITY})}), "infinite");
}

TEST(RowsOf, isTheOpenFirstDimension) {
    EXPECT_EQ(rowsOf(makeTensorSet({kGood}), schema()), 2);
    port::ModelSchema fixed;
    fixed.inputs = {{"x", DataType::Fp32, {2, 2}, false}};
    EXPECT_EQ(rowsOf(makeTensorSet({kGood}), fixed), 1);
}

} // namespace
} // namespace gnomon::serving
