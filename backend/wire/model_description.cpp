// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/model_description.h"

#include <inference/grpc_service.pb.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

namespace gnomon::wire {

namespace {

// What load generators may ask for in one request; the engine itself knows no limit.
constexpr int kMostRows = 1024;
constexpr std::string_view kClassNames = "class_names:";
constexpr const char* kDigest = "sha256";

inference::DataType configTypeOf(DataType type) {
    switch (type) {
    case DataType::Bool:
        return inference::TYPE_BOOL;
    case DataType::Uint8:
        return inference::TYPE_UINT8;
    case DataType::Uint16:
        return inference::TYPE_UINT16;
    case DataType::Uint32:
        return inference::TYPE_UINT32;
    case DataType::Uint64:
        return inference::TYPE_UINT64;
    case DataType::Int8:
        return inference::TYPE_INT8;
    case DataType::Int16:
        return inference::TYPE_INT16;
    case DataType::Int32:
        return inference::TYPE_INT32;
    case DataType::Int64:
        return inference::TYPE_INT64;
    case DataType::Fp16:
        return inference::TYPE_FP16;
    case DataType::Fp32:
        return inference::TYPE_FP32;
    case DataType::Fp64:
        return inference::TYPE_FP64;
    case DataType::ByteString:
        return inference::TYPE_STRING;
    case DataType::Bf16:
        return inference::TYPE_BF16;
    }
    return inference::TYPE_INVALID;
}

template <class Message>
void writeConfigTensor(const TensorSpec& spec, bool batches, Message& message) {
    message.set_name(spec.name);
    message.set_data_type(configTypeOf(spec.type));
    const auto dims = std::span(spec.shape).subspan(batches ? 1 : 0);
    message.mutable_dims()->Assign(dims.begin(), dims.end());
    if (dims.empty()) { // a configuration has no empty dims: one element, reshaped to none
        message.add_dims(1);
        message.mutable_reshape();
    }
}

template <class Messages>
Result<std::vector<TensorSpec>> readSpecs(const Messages& messages) {
    std::vector<TensorSpec> specs;
    for (const auto& message : messages) {
        TensorSpec spec{message.name(), {}, {message.shape().begin(), message.shape().end()}};
        GNOMON_ASSIGN(spec.type, parseDataType(message.datatype()));
        const bool bad = std::any_of(spec.shape.begin(), spec.shape.end(), [](std::int64_t size) { return size < -1; });
        if (spec.name.empty() || bad) {
            return Error{ErrorCode::InvalidArgument, "the metadata of tensor '" + printable(spec.name, 80) +
                                                         "' has no name or an impossible shape"};
        }
        specs.push_back(std::move(spec));
    }
    return specs;
}

bool allStartWithAnySize(const std::vector<TensorSpec>& specs) {
    return std::all_of(specs.begin(), specs.end(),
                       [](const TensorSpec& spec) { return !spec.shape.empty() && spec.shape.front() == -1; });
}

} // namespace

bool takesBatches(const port::ModelSchema& schema) {
    return !schema.inputs.empty() && allStartWithAnySize(schema.inputs) && allStartWithAnySize(schema.outputs);
}

void writeModelMetadata(const ModelDescription& model, inference::ModelMetadataResponse& message) {
    message.set_name(model.name);
    message.mutable_versions()->Assign(model.versions.begin(), model.versions.end());
    message.set_platform(model.platform);
    const auto write = [](const TensorSpec& spec, inference::ModelMetadataResponse::TensorMetadata& tensor) {
        tensor.set_name(spec.name);
        tensor.set_datatype(std::string(dataTypeName(spec.type)));
        tensor.mutable_shape()->Assign(spec.shape.begin(), spec.shape.end());
    };
    for (const TensorSpec& spec : model.schema.inputs) {
        write(spec, *message.add_inputs());
    }
    for (const TensorSpec& spec : model.schema.outputs) {
        write(spec, *message.add_outputs());
    }
}

void writeModelConfig(const ModelDescription& model, inference::ModelConfig& message) {
    const bool batches = takesBatches(model.schema);
    message.set_name(model.name);
    message.set_platform(model.platform);
    message.set_backend("onnxruntime");
    message.set_max_batch_size(batches ? kMostRows : 0);
    for (const TensorSpec& spec : model.schema.inputs) {
        inference::ModelInput& input = *message.add_input();
        writeConfigTensor(spec, batches, input);
        input.set_optional(spec.optional);
    }
    for (const TensorSpec& spec : model.schema.outputs) {
        writeConfigTensor(spec, batches, *message.add_output());
    }
    if (!model.schema.digest.isZero()) {
        (*message.mutable_parameters())[kDigest].set_string_value(toHex(model.schema.digest));
    }
    for (const auto& [output, names] : model.schema.classNames) {
        // Class names are whatever bytes the model's file holds; what is not UTF-8 is replaced.
        (*message.mutable_parameters())[std::string(kClassNames) + output].set_string_value(
            nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
}

Result<ModelDescription> readModelMetadata(const inference::ModelMetadataResponse& message) {
    ModelDescription model{
        message.name(), {message.versions().begin(), message.versions().end()}, message.platform(), {}};
    GNOMON_ASSIGN(model.schema.inputs, readSpecs(message.inputs()));
    GNOMON_ASSIGN(model.schema.outputs, readSpecs(message.outputs()));
    return model;
}

void addModelConfig(const inference::ModelConfig& message, port::ModelSchema& schema) {
    for (const inference::ModelInput& input : message.input()) {
        for (TensorSpec& spec : schema.inputs) {
            spec.optional = spec.optional || (spec.name == input.name() && input.optional());
        }
    }
    for (const auto& [key, parameter] : message.parameters()) {
        if (key == kDigest) {
            const Result<Digest> digest = digestFromHex(parameter.string_value());
            schema.digest = digest.ok() ? *digest : Digest{};
        }
        if (!key.starts_with(kClassNames)) {
            continue;
        }
        const auto names = nlohmann::json::parse(parameter.string_value(), nullptr, false);
        const bool texts = names.is_array() &&
                           std::all_of(names.begin(), names.end(), [](const auto& name) { return name.is_string(); });
        if (texts) {
            schema.classNames[key.substr(kClassNames.size())] = names.template get<std::vector<std::string>>();
        }
    }
}

} // namespace gnomon::wire
