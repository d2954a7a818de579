// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/inference.h"

#include <inference/grpc_service.pb.h>

namespace gnomon::wire {

namespace {

template <class Message>
void writeParameters(const std::map<std::string, std::string>& parameters, Message& message) {
    for (const auto& [key, text] : parameters) {
        (*message.mutable_parameters())[key].set_string_param(text);
    }
}

template <class Described>
void writeHead(const TensorView& tensor, Described& described) {
    described.set_name(tensor.name.data(), tensor.name.size());
    const std::string_view type = dataTypeName(tensor.type);
    described.set_datatype(type.data(), type.size());
    described.mutable_shape()->Assign(tensor.shape.begin(), tensor.shape.end());
}

} // namespace

void writeInferRequest(const InferRequest& request, inference::ModelInferRequest& message) {
    message.set_model_name(request.model);
    message.set_model_version(request.version);
    message.set_id(request.id);
    writeParameters(request.parameters, message);
    for (const TensorView& tensor : request.inputs.tensors) {
        writeHead(tensor, *message.add_inputs());
        message.add_raw_input_contents(tensor.data.data(), tensor.data.size());
    }
    for (const std::string& output : request.outputs) {
        message.add_outputs()->set_name(output);
    }
}

void writeInferReply(const InferReply& reply, inference::ModelInferResponse& message) {
    message.set_model_name(reply.model);
    message.set_model_version(reply.version);
    message.set_id(reply.id);
    writeParameters(reply.parameters, message);
    for (const TensorView& tensor : reply.outputs.tensors) {
        writeHead(tensor, *message.add_outputs());
        message.add_raw_output_contents(tensor.data.data(), tensor.data.size());
    }
}

} // namespace gnomon::wire
