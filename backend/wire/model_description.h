// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <string>
#include <vector>

namespace inference {
class ModelConfig;
class ModelMetadataResponse;
} // namespace inference

// What a model says of itself: ModelMetadata and ModelConfig in domain terms, both ways.
namespace gnomon::wire {

struct ModelDescription {
    std::string name;
    std::vector<std::string> versions;
    std::string platform = "onnxruntime_onnx";
    port::ModelSchema schema;
};

// Every input and output has -1 as its first dimension, so that requests of several rows are possible.
bool takesBatches(const port::ModelSchema& schema);

void writeModelMetadata(const ModelDescription& model, inference::ModelMetadataResponse& message);
// Class names of flattened outputs travel as the parameter "class_names:<output>", a JSON array of strings; the digest
// of the model's bytes as "sha256".
void writeModelConfig(const ModelDescription& model, inference::ModelConfig& message);

// InvalidArgument when a name, datatype or shape cannot be.
Result<ModelDescription> readModelMetadata(const inference::ModelMetadataResponse& message);
// Adds what only the configuration tells (optional inputs, class names, digest). What does not fit the schema is
// ignored.
void addModelConfig(const inference::ModelConfig& message, port::ModelSchema& schema);

} // namespace gnomon::wire
