// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/inference_service.h"
#include "backend/node/readiness.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"
#include "backend/wire/status.h"

#include <algorithm>

namespace gnomon::node {

namespace {

constexpr const char* kService = "inference.GRPCInferenceService/";
const std::string kInfer = std::string(kService) + "ModelInfer"; // made once, not per call

// The caller's deadline on our own clock; absent when the caller set none.
std::optional<MonoTime> deadlineOf(const grpc::CallbackServerContext& context, const Clock& clock) {
    const auto deadline = context.deadline();
    if (deadline == std::chrono::system_clock::time_point::max()) {
        return std::nullopt;
    }
    const auto left = deadline - std::chrono::system_clock::now();
    return clock.monoNow() +
           std::clamp<std::chrono::nanoseconds>(left, std::chrono::seconds(-1), std::chrono::hours(24));
}

Result<serving::InferenceCall> toCall(wire::InferRequest request, Principal caller, std::optional<MonoTime> deadline) {
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

wire::InferReply toReply(serving::InferenceReply reply, const std::string& model, const std::string& id) {
    wire::InferReply out;
    out.model = model;
    out.version = reply.version.value == 0 ? "" : std::to_string(reply.version.value);
    out.id = id;
    out.parameters = {{"gnomon_version", out.version},
                      {"gnomon_served_by", reply.servedBy},
                      {"gnomon_generation", std::to_string(reply.generation.value)},
                      {"gnomon_exchange_id", reply.exchange.value}};
    if (!reply.reason.empty()) {
        out.parameters["gnomon_reason"] = reply.reason;
    }
    out.outputs = std::move(reply.outputs);
    return out;
}

wire::ModelDescription describe(const Version& version) {
    wire::ModelDescription model;
    model.name = version.endpoint.value;
    model.schema.inputs = version.inputs;
    model.schema.outputs = version.outputs;
    model.schema.classNames = version.classNames;
    return model;
}

} // namespace

InferenceService::InferenceService(InferenceParts parts) : RefusedCalls(parts.guard), m_parts(parts) {
    SetMessageAllocatorFor_ModelInfer(&m_allocator);
}

template <class Handle>
grpc::ServerUnaryReactor* InferenceService::answer(Context* context, const char* method, Handle handle) {
    Reactor* reactor = context->DefaultReactor();
    const auto principal = m_parts.guard.admit(*context, std::string(kService) + method);
    reactor->Finish(principal ? wire::toGrpc(handle()) : wire::toGrpc(principal.error()));
    return reactor;
}

Result<Version> InferenceService::versionOf(const std::string& model, const std::string& version) const {
    GNOMON_ASSIGN(const EndpointName name, parseEndpointName(model));
    GNOMON_ASSIGN(const std::vector<Version> versions, m_parts.directory.versions(name));
    GNOMON_ASSIGN(const Generation generation, m_parts.directory.inForce(name));
    VersionNumber wanted = generation.deployment.production;
    if (!version.empty()) {
        GNOMON_ASSIGN(wanted, parseVersionNumber(version));
    }
    for (const Version& candidate : versions) {
        if (candidate.number == wanted) {
            return candidate;
        }
    }
    return Error{ErrorCode::NotFound, "endpoint '" + name.value + "' has no version " + std::to_string(wanted.value)};
}

grpc::ServerUnaryReactor* InferenceService::ServerLive(Context* context, const inference::ServerLiveRequest*,
                                                       inference::ServerLiveResponse* response) {
    return answer(context, "ServerLive", [&]() -> Status {
        response->set_live(true);
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ServerReady(Context* context, const inference::ServerReadyRequest*,
                                                        inference::ServerReadyResponse* response) {
    return answer(context, "ServerReady", [&]() -> Status {
        response->set_ready(m_parts.ready.load());
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ModelReady(Context* context, const inference::ModelReadyRequest* request,
                                                       inference::ModelReadyResponse* response) {
    return answer(context, "ModelReady", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        GNOMON_ASSIGN(const Generation generation, m_parts.directory.inForce(version.endpoint));
        GNOMON_ASSIGN(const std::vector<Version> versions, m_parts.directory.versions(version.endpoint));
        const bool answered = request->version().empty() ? answers(generation.deployment, versions)
                                                         : answersAs(generation.deployment, versions, version.number);
        response->set_ready(m_parts.ready.load() && answered);
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ServerMetadata(Context* context, const inference::ServerMetadataRequest*,
                                                           inference::ServerMetadataResponse* response) {
    return answer(context, "ServerMetadata", [&]() -> Status {
        response->set_name("gnomond");
        response->set_version(GNOMON_VERSION);
        for (const char* extension : {"binary_tensor_data", "parameters", "model_configuration"}) {
            response->add_extensions(extension);
        }
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ModelMetadata(Context* context,
                                                          const inference::ModelMetadataRequest* request,
                                                          inference::ModelMetadataResponse* response) {
    return answer(context, "ModelMetadata", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        wire::ModelDescription model = describe(version);
        GNOMON_ASSIGN(const std::vector<Version> versions, m_parts.directory.versions(version.endpoint));
        for (const Version& each : versions) {
            if (each.state == VersionState::Ready) {
                model.versions.push_back(std::to_string(each.number.value));
            }
        }
        wire::writeModelMetadata(model, *response);
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ModelConfig(Context* context, const inference::ModelConfigRequest* request,
                                                        inference::ModelConfigResponse* response) {
    return answer(context, "ModelConfig", [&]() -> Status {
        GNOMON_ASSIGN(const Version version, versionOf(request->name(), request->version()));
        wire::writeModelConfig(describe(version), *response->mutable_config());
        return {};
    });
}

grpc::ServerUnaryReactor* InferenceService::ModelInfer(Context* context, const inference::ModelInferRequest* request,
                                                       inference::ModelInferResponse* response) {
    Reactor* reactor = context->DefaultReactor();
    Result<Principal> principal = m_parts.guard.admit(*context, kInfer, request->model_name());
    if (!principal) {
        reactor->Finish(wire::toGrpc(principal.error()));
        return reactor;
    }
    const auto& messages = static_cast<InferAllocator::Holder*>(context->GetRpcAllocatorState())->messages();
    Result<wire::InferRequest> read = wire::readInferRequest(*request, messages);
    if (!read) {
        reactor->Finish(wire::toGrpc(read.error()));
        return reactor;
    }
    Result<serving::InferenceCall> call =
        toCall(std::move(*read), std::move(*principal), deadlineOf(*context, m_parts.clock));
    if (!call) {
        reactor->Finish(wire::toGrpc(call.error()));
        return reactor;
    }
    // The request message lives until the reactor is done, so its model name and id need no copies.
    m_parts.pipeline.infer(std::move(*call), [reactor, request, response](Result<serving::InferenceReply> reply) {
        if (!reply) {
            reactor->Finish(wire::toGrpc(reply.error()));
            return;
        }
        wire::writeInferReply(toReply(std::move(*reply), request->model_name(), request->id()), *response);
        reactor->Finish(grpc::Status::OK);
    });
    return reactor;
}

} // namespace gnomon::node
