// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/golden_case.h"
#include "tests/support/fake_runner.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gnomon::serving {
namespace {

using test::floats;

std::string caseWith(const std::string& output) {
    return R"({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1], "data": [1]}], "outputs": [)" + output + "]}";
}

Result<GoldenCase> parse(const std::string& output) {
    return parseGoldenCase(caseWith(output), "c.json");
}

TEST(GoldenCase, readsEveryDatatype) {
    const auto golden = parse(R"(
        {"name": "b", "datatype": "BOOL", "shape": [2], "data": [true, false]},
        {"name": "i", "datatype": "INT8", "shape": [2], "data": [-128, 127]},
        {"name": "u", "datatype": "UINT64", "shape": [1], "data": [18446744073709551615]},
        {"name": "h", "datatype": "FP16", "shape": [1], "data": [15360]},
        {"name": "d", "datatype": "FP64", "shape": [3], "data": ["NaN", "-Infinity", 0.5]},
        {"name": "s", "datatype": "BYTES", "shape": [2], "data": ["ab", ""]},
        {"name": "f", "datatype": "FP32", "shape": [2, 2], "fill": 3})");
    ASSERT_TRUE(golden.ok()) << golden.error().message;
    const TensorSet set = makeTensorSet(golden->outputs);
    EXPECT_EQ(golden->outputs[0].data, (Bytes{1, 0}));
    EXPECT_EQ(golden->outputs[1].data, (Bytes{0x80, 0x7F}));
    EXPECT_EQ(golden->outputs[2].data, Bytes(8, 0xFF));
    EXPECT_EQ(elementAsDouble(set.tensors[3], 0), 1.0);
    EXPECT_TRUE(std::isnan(elementAsDouble(set.tensors[4], 0)));
    EXPECT_EQ(elementAsDouble(set.tensors[4], 1), -INFINITY);
    EXPECT_EQ(golden->outputs[5].data, (Bytes{2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0}));
    EXPECT_EQ(elementAsDouble(set.tensors[6], 3), 3.0);
}

class MalformedCase : public testing::TestWithParam<const char*> {};

TEST_P(MalformedCase, isRefused) {
    const auto golden = parse(GetParam());
    ASSERT_FALSE(golden.ok());
    EXPECT_EQ(golden.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(golden.error().message.find("c.json"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, MalformedCase,
                         testing::Values("{}", "3", R"({"name": "x", "datatype": "FP32", "shape": [2], "data": [1]})",
                                         R"({"name": "x", "datatype": "FP32", "shape": [-1], "data": [1]})",
                                         R"({"name": "x", "datatype": "FP99", "shape": [1], "data": [1]})",
                                         R"({"name": "x", "datatype": "UINT8", "shape": [1], "data": [256]})",
                                         R"({"name": "x", "datatype": "UINT8", "shape": [1], "data": [-1]})",
                                         R"({"name": "x", "datatype": "INT8", "shape": [1], "data": [1.5]})",
                                         R"({"name": "x", "datatype": "FP32", "shape": [1], "data": ["Nan"]})",
                                         R"({"name": "x", "datatype": "BYTES", "shape": [1], "data": [1]})",
                                         R"({"name": "x", "datatype": "FP32", "shape": [1073741824], "fill": 0})",
                                         "{\"name\": ", "\xff"));

GoldenCase numbers() {
    GoldenCase golden;
    golden.name = "c.json";
    golden.outputs = {floats("y", {4}, {1.0F, NAN, INFINITY, 0.0F})};
    return golden;
}

TEST(CheckGoldenCase, allowsTheToleranceAndNanForNan) {
    const float near = 1.0F + 0.5e-4F;
    EXPECT_TRUE(checkGoldenCase(numbers(), makeTensorSet({floats("y", {4}, {near, NAN, INFINITY, 0.5e-5F})})).ok());
}

TEST(CheckGoldenCase, namesTheFirstElementThatIsOff) {
    const Status off = checkGoldenCase(numbers(), makeTensorSet({floats("y", {4}, {1.0F, NAN, INFINITY, 0.1F})}));
    ASSERT_FALSE(off.ok());
    EXPECT_NE(off.error().message.find("element 3"), std::string::npos);
    EXPECT_FALSE(checkGoldenCase(numbers(), makeTensorSet({floats("y", {4}, {1.0F, 1.0F, INFINITY, 0.0F})})).ok());
    EXPECT_FALSE(checkGoldenCase(numbers(), makeTensorSet({floats("y", {4}, {1.0F, NAN, -INFINITY, 0.0F})})).ok());
}

TEST(CheckGoldenCase, wantsTheSameOutputs) {
    EXPECT_FALSE(checkGoldenCase(numbers(), makeTensorSet({})).ok());
    EXPECT_FALSE(checkGoldenCase(numbers(), makeTensorSet({floats("y", {1}, {1.0F})})).ok());
}

} // namespace
} // namespace gnomon::serving
