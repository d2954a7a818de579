// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/inference.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.pb.h>

#include <cstring>
#include <functional>

namespace gnomon::wire {
namespace {

using inference::ModelInferRequest;

std::string bytesOf(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// One input "x", FP32 [1, 2], as raw contents.
std::shared_ptr<ModelInferRequest> rawRequest() {
    auto request = std::make_shared<ModelInferRequest>();
    request->set_model_name("spam");
    request->set_model_version("3");
    request->set_id("r1");
    auto* input = request->add_inputs();
    input->set_name("x");
    input->set_datatype("FP32");
    input->add_shape(1);
    input->add_shape(2);
    request->add_raw_input_contents(bytesOf({0.5F, 2.0F}));
    return request;
}

// One input "x" of the given type and element count, as typed contents.
std::shared_ptr<ModelInferRequest> typedRequest(const std::string& type, std::int64_t count) {
    auto request = std::make_shared<ModelInferRequest>();
    request->set_model_name("spam");
    auto* input = request->add_inputs();
    input->set_name("x");
    input->set_datatype(type);
    input->add_shape(count);
    return request;
}

inference::InferTensorContents& contentsOf(ModelInferRequest& request) {
    return *request.mutable_inputs(0)->mutable_contents();
}

Result<InferRequest> read(const std::shared_ptr<ModelInferRequest>& message) {
    return readInferRequest(*message, message);
}

void expectRefused(const std::shared_ptr<ModelInferRequest>& message, const std::string& why,
                   ErrorCode code = ErrorCode::InvalidArgument) {
    const Result<InferRequest> request = read(message);
    ASSERT_FALSE(request.ok()) << why;
    EXPECT_EQ(request.error().code, code);
    EXPECT_NE(request.error().message.find(why), std::string::npos) << request.error().message;
}

TEST(InferRequest, rawContentsAreViewedNotCopied) {
    const auto message = rawRequest();
    const Result<InferRequest> request = read(message);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(request->model, "spam");
    EXPECT_EQ(request->version, "3");
    EXPECT_EQ(request->id, "r1");
    ASSERT_EQ(request->inputs.tensors.size(), 1U);
    const TensorView& x = request->inputs.tensors[0];
    EXPECT_EQ(x.name, "x");
    EXPECT_EQ(x.shape, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(static_cast<const void*>(x.data.data()), message->raw_input_contents(0).data());
    EXPECT_DOUBLE_EQ(elementAsDouble(x, 1), 2.0);
}

TEST(InferRequest, inputsKeepTheMessageAlive) {
    auto message = rawRequest();
    const std::weak_ptr<ModelInferRequest> watch = message;
    {
        Result<InferRequest> request = read(message);
        ASSERT_TRUE(request.ok());
        const TensorSet kept = request->inputs;
        message.reset();
        EXPECT_FALSE(watch.expired());
    }
    EXPECT_TRUE(watch.expired());
}

TEST(InferRequest, typedFloatsAreViewedNotCopied) {
    const auto message = typedRequest("FP32", 2);
    contentsOf(*message).add_fp32_contents(1.5F);
    contentsOf(*message).add_fp32_contents(-4.0F);
    const Result<InferRequest> request = read(message);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(static_cast<const void*>(request->inputs.tensors[0].data.data()),
              message->inputs(0).contents().fp32_contents().data());
    EXPECT_DOUBLE_EQ(elementAsDouble(request->inputs.tensors[0], 1), -4.0);
}

TEST(InferRequest, everyTypedFieldIsRead) {
    using Fill = std::function<void(inference::InferTensorContents&)>;
    const std::vector<std::tuple<std::string, Fill, double>> cases = {
        {"BOOL", [](auto& c) { c.add_bool_contents(true); }, 1},
        {"INT8", [](auto& c) { c.add_int_contents(-128); }, -128},
        {"INT16", [](auto& c) { c.add_int_contents(-32768); }, -32768},
        {"INT32", [](auto& c) { c.add_int_contents(-7); }, -7},
        {"INT64", [](auto& c) { c.add_int64_contents(1LL << 40); }, static_cast<double>(1LL << 40)},
        {"UINT8", [](auto& c) { c.add_uint_contents(255); }, 255},
        {"UINT16", [](auto& c) { c.add_uint_contents(65535); }, 65535},
        {"UINT32", [](auto& c) { c.add_uint_contents(4000000000U); }, 4e9},
        {"UINT64", [](auto& c) { c.add_uint64_contents(1ULL << 50); }, static_cast<double>(1ULL << 50)},
        {"FP32", [](auto& c) { c.add_fp32_contents(0.25F); }, 0.25},
        {"FP64", [](auto& c) { c.add_fp64_contents(0.125); }, 0.125},
    };
    for (const auto& [type, fill, expected] : cases) {
        const auto message = typedRequest(type, 1);
        fill(contentsOf(*message));
        const Result<InferRequest> request = read(message);
        ASSERT_TRUE(request.ok()) << type << ": " << request.error().message;
        EXPECT_DOUBLE_EQ(elementAsDouble(request->inputs.tensors[0], 0), expected) << type;
    }
}

TEST(InferRequest, convertedElementsOutliveTheRequestStruct) {
    auto message = typedRequest("INT16", 2);
    contentsOf(*message).add_int_contents(5);
    contentsOf(*message).add_int_contents(6);
    TensorSet kept;
    {
        Result<InferRequest> request = read(message);
        ASSERT_TRUE(request.ok());
        kept = request->inputs;
    }
    message.reset();
    EXPECT_DOUBLE_EQ(elementAsDouble(kept.tensors[0], 1), 6.0);
}

TEST(InferRequest, typedBytesBecomeTheRawLayout) {
    const auto message = typedRequest("BYTES", 2);
    contentsOf(*message).add_bytes_contents(std::string("a\0b", 3));
    contentsOf(*message).add_bytes_contents("");
    const Result<InferRequest> request = read(message);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(asText(request->inputs.tensors[0].data), std::string_view("\3\0\0\0a\0b\0\0\0\0", 11));
}

TEST(InferRequest, parametersBecomeText) {
    const auto message = rawRequest();
    auto& parameters = *message->mutable_parameters();
    parameters["b"].set_bool_param(true);
    parameters["i"].set_int64_param(-3);
    parameters["s"].set_string_param("text");
    parameters["d"].set_double_param(0.1);
    parameters["u"].set_uint64_param(18446744073709551615ULL);
    parameters["triton_enable_empty_final_response"].set_bool_param(true);
    const Result<InferRequest> request = read(message);
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_EQ(request->parameters.at("b"), "true");
    EXPECT_EQ(request->parameters.at("i"), "-3");
    EXPECT_EQ(request->parameters.at("s"), "text");
    EXPECT_EQ(request->parameters.at("d"), "0.1");
    EXPECT_EQ(request->parameters.at("u"), "18446744073709551615");
}

TEST(InferRequest, emptyTensorNeedsNoContents) {
    const Result<InferRequest> request = read(typedRequest("FP32", 0));
    ASSERT_TRUE(request.ok()) << request.error().message;
    EXPECT_TRUE(request->inputs.tensors[0].data.empty());
}

TEST(InferRequest, scalarHasOneElement) {
    const auto message = rawRequest();
    message->mutable_inputs(0)->clear_shape();
    message->set_raw_input_contents(0, bytesOf({3.0F}));
    EXPECT_TRUE(read(message).ok());
}

TEST(InferRequest, refusesRawAndTypedTogether) {
    const auto message = rawRequest();
    contentsOf(*message).add_fp32_contents(1.0F);
    expectRefused(message, "contents must not be set when raw contents are used");
}

TEST(InferRequest, refusesMissingData) {
    expectRefused(typedRequest("FP32", 2), "no data was sent");
}

TEST(InferRequest, refusesWrongByteSize) {
    const auto message = rawRequest();
    message->set_raw_input_contents(0, bytesOf({1.0F}));
    expectRefused(message, "expected 8, got 4");
    EXPECT_EQ(read(message).error().field, "raw_contents");
}

TEST(InferRequest, refusesSurplusAndMissingRawEntries) {
    const auto message = rawRequest();
    message->add_raw_input_contents("surplus");
    expectRefused(message, "1 inputs but 2 raw contents");
    const auto fewer = rawRequest();
    *fewer->add_inputs() = fewer->inputs(0);
    fewer->mutable_inputs(1)->set_name("y");
    expectRefused(fewer, "2 inputs but 1 raw contents");
}

TEST(InferRequest, refusesDuplicates) {
    const auto message = rawRequest();
    *message->add_inputs() = message->inputs(0);
    message->add_raw_input_contents(message->raw_input_contents(0));
    expectRefused(message, "the name occurs twice");
    const auto outputs = rawRequest();
    outputs->add_outputs()->set_name("y");
    outputs->add_outputs()->set_name("y");
    expectRefused(outputs, "asked for twice");
}

TEST(InferRequest, refusesShapesThatOverflow) {
    const auto message = rawRequest();
    message->mutable_inputs(0)->set_shape(0, 1LL << 62);
    message->mutable_inputs(0)->set_shape(1, 1LL << 62);
    expectRefused(message, "more than 2^31 elements");
    message->mutable_inputs(0)->set_shape(0, -1);
    expectRefused(message, "negative size");
}

TEST(InferRequest, refusesUnknownDatatype) {
    const auto message = rawRequest();
    message->mutable_inputs(0)->set_datatype("FLOAT\n");
    expectRefused(message, "'FLOAT\\u{000a}' is not a datatype");
}

TEST(InferRequest, refusesTypedContentsInAForeignField) {
    const auto message = typedRequest("FP32", 1);
    contentsOf(*message).add_fp64_contents(1.0);
    expectRefused(message, "a field that does not belong to FP32");
    const auto both = typedRequest("FP32", 1);
    contentsOf(*both).add_fp32_contents(1.0F);
    contentsOf(*both).add_fp64_contents(1.0);
    expectRefused(both, "a field that does not belong to FP32");
}

TEST(InferRequest, refusesHalfFloatsAsTypedContents) {
    const auto message = typedRequest("FP16", 1);
    message->mutable_inputs(0)->mutable_contents();
    expectRefused(message, "FP16 can be sent as raw contents only");
}

TEST(InferRequest, refusesWrongElementCount) {
    const auto message = typedRequest("INT64", 2);
    contentsOf(*message).add_int64_contents(1);
    expectRefused(message, "expected 2, got 1");
}

TEST(InferRequest, refusesNumbersThatDoNotFitTheNarrowType) {
    const auto message = typedRequest("INT8", 1);
    contentsOf(*message).add_int_contents(128);
    expectRefused(message, "128 does not fit INT8");
    const auto wide = typedRequest("UINT16", 1);
    contentsOf(*wide).add_uint_contents(65536);
    expectRefused(wide, "65536 does not fit UINT16");
}

TEST(InferRequest, refusesBrokenBytesElements) {
    const auto withRaw = [](const std::string& raw) {
        auto message = typedRequest("BYTES", 2);
        message->add_raw_input_contents(raw);
        return message;
    };
    const std::string one("\1\0\0\0a", 5);
    EXPECT_TRUE(read(withRaw(one + one)).ok());
    expectRefused(withRaw(one), "expected 2, got 1");
    expectRefused(withRaw(one + std::string("\1\0", 2)), "the length of element 1 is cut short");
    expectRefused(withRaw(one + std::string("\xff\xff\xff\xff"
                                            "a",
                                            5)),
                  "element 1 is cut short");
    expectRefused(withRaw(one + one + "x"), "1 bytes follow the last element");
}

TEST(InferRequest, refusesBooleansThatAreNeitherTrueNorFalse) {
    const auto message = rawRequest();
    message->mutable_inputs(0)->set_datatype("BOOL");
    message->set_raw_input_contents(0, std::string("\1\2"));
    expectRefused(message, "neither 0 nor 1");
}

TEST(InferRequest, refusesReservedAndEmptyParameters) {
    const auto message = rawRequest();
    (*message->mutable_parameters())["triton_other"].set_bool_param(true);
    expectRefused(message, "'triton_other' is not known");
    const auto empty = rawRequest();
    (*empty->mutable_parameters())["empty"];
    expectRefused(empty, "'empty' has no value");
}

TEST(InferRequest, refusesSharedMemoryAndClassificationAsNotImplemented) {
    const auto message = rawRequest();
    (*message->mutable_inputs(0)->mutable_parameters())["shared_memory_region"].set_string_param("r");
    expectRefused(message, "'shared_memory_region'", ErrorCode::Unimplemented);
    const auto classes = rawRequest();
    (*classes->add_outputs()->mutable_parameters())["classification"].set_int64_param(3);
    expectRefused(classes, "'classification'", ErrorCode::Unimplemented);
}

TEST(InferRequest, refusesTooManyTensors) {
    const auto message = rawRequest();
    for (int i = 0; i < 2000; ++i) {
        *message->add_inputs() = message->inputs(0);
        message->mutable_inputs(i + 1)->set_name("x" + std::to_string(i));
    }
    expectRefused(message, "more than 1024 tensors");
}

TEST(InferRequest, writtenRequestReadsBackTheSame) {
    const std::vector<Tensor> tensors = {{"x", DataType::Fp32, {1, 1}, {0, 0, 128, 63}},
                                         {"t", DataType::ByteString, {1}, {1, 0, 0, 0, 0}},
                                         {"none", DataType::Bf16, {0, 3}, {}}};
    const InferRequest request{"m", "7", "id", {{"k", "v"}}, makeTensorSet(tensors), {"y"}};
    const auto message = std::make_shared<ModelInferRequest>();
    writeInferRequest(request, *message);
    const Result<InferRequest> again = read(message);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->model, "m");
    EXPECT_EQ(again->version, "7");
    EXPECT_EQ(again->id, "id");
    EXPECT_EQ(again->parameters, request.parameters);
    EXPECT_EQ(again->outputs, request.outputs);
    EXPECT_EQ(copyTensors(again->inputs), tensors);
}

} // namespace
} // namespace gnomon::wire
