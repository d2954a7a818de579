// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/inference.h"
#include "backend/wire/tensor_reader.h"

#include <nlohmann/json.hpp>

#include <set>

namespace gnomon::wire {

namespace {

constexpr int kMostTensors = 1024;

using Parameters = google::protobuf::Map<std::string, inference::InferParameter>;

Result<std::string> textOf(const std::string& key, const inference::InferParameter& parameter) {
    switch (parameter.parameter_choice_case()) {
    case inference::InferParameter::kBoolParam:
        return std::string(parameter.bool_param() ? "true" : "false");
    case inference::InferParameter::kInt64Param:
        return std::to_string(parameter.int64_param());
    case inference::InferParameter::kStringParam:
        return parameter.string_param();
    case inference::InferParameter::kDoubleParam:
        return nlohmann::json(parameter.double_param()).dump(); // the shortest text that reads back the same
    case inference::InferParameter::kUint64Param:
        return std::to_string(parameter.uint64_param());
    case inference::InferParameter::PARAMETER_CHOICE_NOT_SET:
        break;
    }
    return Error{ErrorCode::InvalidArgument, "parameter '" + printable(key, 80) + "' has no value", "", "parameters"};
}

Result<std::map<std::string, std::string>> readParameters(const Parameters& parameters) {
    std::map<std::string, std::string> texts;
    for (const auto& [key, parameter] : parameters) {
        GNOMON_ASSIGN(texts[key], textOf(key, parameter));
    }
    return texts;
}

// Keys with this prefix change what a server does; one that is not known must not be ignored. The exception is sent
// with every request by the stock C++ client and means nothing outside streams.
Status checkReserved(const Parameters& parameters) {
    for (const auto& [key, parameter] : parameters) {
        if (key.starts_with("triton_") && key != "triton_enable_empty_final_response") {
            return Error{ErrorCode::InvalidArgument, "parameter '" + printable(key, 80) + "' is not known", "",
                         "parameters"};
        }
    }
    return {};
}

Status checkTensorParameters(const Parameters& parameters, std::string_view tensor) {
    for (const std::string_view unsupported :
         {"shared_memory_region", "shared_memory_byte_size", "shared_memory_offset", "classification"}) {
        if (parameters.contains(std::string(unsupported))) {
            return Error{ErrorCode::Unimplemented,
                         "parameter '" + std::string(unsupported) + "' of tensor '" + printable(tensor, 80) +
                             "' is not carried out by this server",
                         "send and receive the tensor's bytes in the message", "parameters"};
        }
    }
    return {};
}

// tensors: repeated InferInputTensor or InferOutputTensor.
template <class Tensors, class Raws>
Result<TensorSet> readTensors(std::string_view what, std::string_view model, const Tensors& tensors, const Raws& raws,
                              std::shared_ptr<const void> owner) {
    if (tensors.size() > kMostTensors) {
        return Error{ErrorCode::InvalidArgument,
                     "a message with more than " + std::to_string(kMostTensors) + " tensors is refused"};
    }
    if (!raws.empty() && raws.size() != tensors.size()) {
        return Error{ErrorCode::InvalidArgument,
                     "'" + printable(model, 80) + "': " + std::to_string(tensors.size()) + " " + std::string(what) +
                         "s but " + std::to_string(raws.size()) + " raw contents",
                     "send one raw entry per tensor, in the same order, or none at all",
                     "raw_" + std::string(what) + "_contents"};
    }
    TensorReader reader(what, model);
    for (int i = 0; i < tensors.size(); ++i) {
        const auto& tensor = tensors[i];
        GNOMON_TRY(checkTensorParameters(tensor.parameters(), tensor.name()));
        GNOMON_TRY(
            reader.add({tensor.name(), tensor.datatype(), tensor.shape(),
                        tensor.has_contents() ? &tensor.contents() : nullptr, raws.empty() ? nullptr : &raws[i]}));
    }
    return reader.finish(std::move(owner));
}

} // namespace

Result<InferRequest> readInferRequest(const inference::ModelInferRequest& message, std::shared_ptr<const void> owner) {
    InferRequest request{message.model_name(), message.model_version(), message.id(), {}, {}, {}};
    GNOMON_TRY(checkReserved(message.parameters()));
    GNOMON_ASSIGN(request.parameters, readParameters(message.parameters()));
    GNOMON_ASSIGN(request.inputs, readTensors("input", request.model, message.inputs(), message.raw_input_contents(),
                                              std::move(owner)));
    std::set<std::string_view> seen;
    if (message.outputs_size() > kMostTensors) {
        return Error{ErrorCode::InvalidArgument,
                     "a request for more than " + std::to_string(kMostTensors) + " outputs is refused", "", "outputs"};
    }
    for (const auto& output : message.outputs()) {
        GNOMON_TRY(checkTensorParameters(output.parameters(), output.name()));
        if (!seen.insert(output.name()).second) {
            return Error{ErrorCode::InvalidArgument, "output '" + printable(output.name(), 80) + "' is asked for twice",
                         "", "outputs"};
        }
        request.outputs.push_back(output.name());
    }
    return request;
}

Result<InferReply> readInferReply(const inference::ModelInferResponse& message, std::shared_ptr<const void> owner) {
    InferReply reply{message.model_name(), message.model_version(), message.id(), {}, {}};
    GNOMON_ASSIGN(reply.parameters, readParameters(message.parameters()));
    GNOMON_ASSIGN(reply.outputs, readTensors("output", reply.model, message.outputs(), message.raw_output_contents(),
                                             std::move(owner)));
    return reply;
}

} // namespace gnomon::wire
