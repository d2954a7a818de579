// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/model_description.h"

#include <gtest/gtest.h>
#include <inference/grpc_service.pb.h>

namespace gnomon::wire {
namespace {

ModelDescription batching() {
    ModelDescription model{"spam", {"1", "2"}, "onnxruntime_onnx", {}};
    model.schema.inputs = {{"x", DataType::Fp32, {-1, 57}, false}, {"hint", DataType::ByteString, {-1}, true}};
    model.schema.outputs = {{"p", DataType::Fp32, {-1, 2}, false}};
    model.schema.classNames = {{"p", {"ham", "sp\"am"}}};
    model.schema.digest = sha256(asBytes("model"));
    return model;
}

TEST(ModelDescription, metadataReadsBackTheSame) {
    inference::ModelMetadataResponse message;
    writeModelMetadata(batching(), message);
    const Result<ModelDescription> model = readModelMetadata(message);
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(model->name, "spam");
    EXPECT_EQ(model->versions, batching().versions);
    EXPECT_EQ(model->schema.outputs, batching().schema.outputs);
    EXPECT_EQ(model->schema.inputs[0], batching().schema.inputs[0]);
}

TEST(ModelDescription, configurationAddsOptionalInputsClassNamesAndDigest) {
    inference::ModelMetadataResponse metadata;
    writeModelMetadata(batching(), metadata);
    inference::ModelConfig config;
    writeModelConfig(batching(), config);
    Result<ModelDescription> model = readModelMetadata(metadata);
    ASSERT_TRUE(model.ok());
    addModelConfig(config, model->schema);
    EXPECT_EQ(model->schema.inputs, batching().schema.inputs);
    EXPECT_EQ(model->schema.classNames, batching().schema.classNames);
    EXPECT_EQ(model->schema.digest, batching().schema.digest);
}

// Load generators drop the first metadata dimension when max_batch_size > 0, and the configuration must not have it.
TEST(ModelDescription, configurationLeavesTheBatchDimensionOut) {
    inference::ModelConfig config;
    writeModelConfig(batching(), config);
    EXPECT_GT(config.max_batch_size(), 0);
    ASSERT_EQ(config.input(0).dims_size(), 1);
    EXPECT_EQ(config.input(0).dims(0), 57);
    ASSERT_EQ(config.input(1).dims_size(), 1);
    EXPECT_EQ(config.input(1).dims(0), 1);
    EXPECT_TRUE(config.input(1).has_reshape());
    EXPECT_EQ(config.input(1).data_type(), inference::TYPE_STRING);
}

TEST(ModelDescription, fixedFirstDimensionTakesNoBatches) {
    ModelDescription model = batching();
    model.schema.outputs[0].shape = {1, 2};
    EXPECT_FALSE(takesBatches(model.schema));
    inference::ModelConfig config;
    writeModelConfig(model, config);
    EXPECT_EQ(config.max_batch_size(), 0);
    ASSERT_EQ(config.input(0).dims_size(), 2);
    EXPECT_EQ(config.input(0).dims(0), -1);
}

TEST(ModelDescription, impossibleMetadataIsRefused) {
    inference::ModelMetadataResponse message;
    writeModelMetadata(batching(), message);
    message.mutable_inputs(0)->set_shape(0, -2);
    EXPECT_FALSE(readModelMetadata(message).ok());
    message.mutable_inputs(0)->set_shape(0, -1);
    message.mutable_inputs(0)->set_datatype("COMPLEX");
    EXPECT_FALSE(readModelMetadata(message).ok());
}

TEST(ModelDescription, brokenClassNamesAreIgnored) {
    port::ModelSchema schema = batching().schema;
    schema.classNames.clear();
    for (const std::string text : {"", "[1]", "{", "[[\"a\"]]"}) {
        inference::ModelConfig config;
        (*config.mutable_parameters())["class_names:p"].set_string_value(text);
        addModelConfig(config, schema);
        EXPECT_TRUE(schema.classNames.empty()) << text;
    }
}

} // namespace
} // namespace gnomon::wire
