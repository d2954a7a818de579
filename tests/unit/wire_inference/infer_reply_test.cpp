// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/inference.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.pb.h>

namespace gnomon::wire {
namespace {

const std::vector<Tensor> kOutputs = {{"label", DataType::ByteString, {1}, {2, 0, 0, 0, 'o', 'k'}},
                                      {"empty", DataType::Fp64, {0}, {}}};

TEST(InferReply, everyOutputHasRawContents) {
    inference::ModelInferResponse message;
    writeInferReply({"m", "2", "id", {{"gnomon_served_by", "production"}}, makeTensorSet(kOutputs)}, message);
    EXPECT_EQ(message.model_name(), "m");
    EXPECT_EQ(message.model_version(), "2");
    EXPECT_EQ(message.id(), "id");
    EXPECT_EQ(message.parameters().at("gnomon_served_by").string_param(), "production");
    ASSERT_EQ(message.outputs_size(), 2);
    ASSERT_EQ(message.raw_output_contents_size(), 2);
    EXPECT_EQ(message.outputs(0).datatype(), "BYTES");
    EXPECT_FALSE(message.outputs(0).has_contents());
    EXPECT_TRUE(message.raw_output_contents(1).empty());
}

TEST(InferReply, writtenReplyReadsBackTheSame) {
    const auto message = std::make_shared<inference::ModelInferResponse>();
    writeInferReply({"m", "2", "id", {{"a", "b"}}, makeTensorSet(kOutputs)}, *message);
    const Result<InferReply> reply = readInferReply(*message, message);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->version, "2");
    EXPECT_EQ(reply->parameters.at("a"), "b");
    EXPECT_EQ(copyTensors(reply->outputs), kOutputs);
}

TEST(InferReply, typedContentsOfOtherServersAreRead) {
    const auto message = std::make_shared<inference::ModelInferResponse>();
    auto* output = message->add_outputs();
    output->set_name("y");
    output->set_datatype("INT64");
    output->add_shape(1);
    output->mutable_contents()->add_int64_contents(4);
    const Result<InferReply> reply = readInferReply(*message, message);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_DOUBLE_EQ(elementAsDouble(reply->outputs.tensors[0], 0), 4.0);
}

TEST(InferReply, brokenReplyIsRefused) {
    const auto message = std::make_shared<inference::ModelInferResponse>();
    writeInferReply({"m", "2", "id", {}, makeTensorSet(kOutputs)}, *message);
    message->set_raw_output_contents(1, "x");
    const Result<InferReply> reply = readInferReply(*message, message);
    ASSERT_FALSE(reply.ok());
    EXPECT_NE(reply.error().message.find("output 'empty' of 'm'"), std::string::npos) << reply.error().message;
}

} // namespace
} // namespace gnomon::wire
