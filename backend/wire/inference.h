// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/tensor.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace inference {
class ModelInferRequest;
class ModelInferResponse;
} // namespace inference

// ModelInfer in domain terms, both ways. Messages are a peer's and are checked in full: everything refused is
// InvalidArgument (Unimplemented for shared memory and classification) and names the tensor and the field at fault.
namespace gnomon::wire {

struct InferRequest {
    std::string model;
    std::string version; // as sent; empty: whatever is deployed
    std::string id;
    std::map<std::string, std::string> parameters; // "true", "12", "0.5" or the text itself
    TensorSet inputs;
    std::vector<std::string> outputs; // names; empty: all
};

struct InferReply {
    std::string model;
    std::string version;
    std::string id;
    std::map<std::string, std::string> parameters;
    TensorSet outputs;
};

// The inputs are views into the message; nothing is copied but BYTES and narrow integers sent as typed contents.
// owner: whatever keeps the message alive; the tensors hold on to it.
Result<InferRequest> readInferRequest(const inference::ModelInferRequest& message, std::shared_ptr<const void> owner);
Result<InferReply> readInferReply(const inference::ModelInferResponse& message, std::shared_ptr<const void> owner);

// Into an empty message. Tensors always become raw contents, parameters become text.
void writeInferRequest(const InferRequest& request, inference::ModelInferRequest& message);
void writeInferReply(const InferReply& reply, inference::ModelInferResponse& message);

} // namespace gnomon::wire
