// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/infer_call.h"
#include "backend/wire/inference.h"
#include "backend/wire/status.h"

#include <algorithm>
#include <utility>

namespace gnomon::node {

std::optional<MonoTime> deadlineOf(const grpc::ServerContextBase& context, const Clock& clock) {
    const auto deadline = context.deadline();
    if (deadline == std::chrono::system_clock::time_point::max()) {
        return std::nullopt;
    }
    const auto left = deadline - std::chrono::system_clock::now();
    return clock.monoNow() +
           std::clamp<std::chrono::nanoseconds>(left, std::chrono::seconds(-1), std::chrono::hours(24));
}

std::string limitKey(const Principal& caller) {
    return caller.actor.identity.empty() ? caller.address.substr(0, caller.address.rfind(':')) : caller.actor.identity;
}

grpc::Status statusOf(const serving::Refusal& refusal) {
    return wire::toGrpc(refusal.error, refusal.retryAfter);
}

bool asAsked(const serving::InferenceReply& reply) {
    return reply.reason.empty() && reply.version.value != 0;
}

Result<serving::InferenceCall> readCall(const inference::ModelInferRequest& message, std::shared_ptr<const void> owner,
                                        Principal caller, std::optional<MonoTime> deadline) {
    GNOMON_ASSIGN(wire::InferRequest request, wire::readInferRequest(message, std::move(owner)));
    serving::InferenceCall call;
    GNOMON_ASSIGN(call.endpoint, parseEndpointName(request.model));
    if (!request.version.empty()) {
        GNOMON_ASSIGN(call.version, parseVersionNumber(request.version));
    }
    call.inputs = std::move(request.inputs);
    call.outputs = std::move(request.outputs);
    call.requestId = std::move(request.id);
    call.parameters = std::move(request.parameters);
    call.caller = std::move(caller);
    call.deadline = deadline;
    return call;
}

void writeReply(serving::InferenceReply reply, const inference::ModelInferRequest& request,
                inference::ModelInferResponse& response) {
    wire::InferReply out;
    out.model = request.model_name();
    out.version = reply.version.value == 0 ? "" : std::to_string(reply.version.value);
    out.id = request.id();
    out.outputs = std::move(reply.outputs);
    wire::writeInferReply(out, response);
    auto& parameters = *response.mutable_parameters();
    parameters["gnomon_version"].set_string_param(std::move(out.version));
    parameters["gnomon_served_by"].set_string_param(std::move(reply.servedBy));
    parameters["gnomon_generation"].set_string_param(std::to_string(reply.generation.value));
    parameters["gnomon_exchange_id"].set_string_param(std::move(reply.exchange.value));
    if (!reply.reason.empty()) {
        parameters["gnomon_reason"].set_string_param(std::move(reply.reason));
    }
}

} // namespace gnomon::node
