// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/clock.h"
#include "backend/serving/admission.h"
#include "backend/serving/pipeline.h"

#include <grpcpp/server_context.h>
#include <inference/grpc_service.pb.h>

#include <memory>
#include <optional>
#include <string>

// A request message of the protocol as a call of the pipeline, and its reply as a message; the same for one that came
// alone and one that came on a stream.
namespace gnomon::node {

// The caller's deadline on our own clock; absent when the caller set none.
std::optional<MonoTime> deadlineOf(const grpc::ServerContextBase& context, const Clock& clock);

// By what a caller's limits are kept: the verified identity; the host where nobody is verified.
std::string limitKey(const Principal& caller);
// What a call that is turned away is told.
grpc::Status statusOf(const serving::Refusal& refusal);
// Whether the version that production or the call itself names has answered.
bool asAsked(const serving::InferenceReply& reply);

// owner keeps the message alive; the call's tensors are views into it. InvalidArgument says what is wrong with it.
Result<serving::InferenceCall> readCall(const inference::ModelInferRequest& message, std::shared_ptr<const void> owner,
                                        Principal caller, std::optional<MonoTime> deadline);

// Into an empty message.
void writeReply(serving::InferenceReply reply, const inference::ModelInferRequest& request,
                inference::ModelInferResponse& response);

} // namespace gnomon::node
