// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/inference_service.h"
#include "backend/node/infer_call.h"

namespace gnomon::node {

namespace {

const std::string kInfer = "inference.GRPCInferenceService/ModelInfer"; // made once, not per call

} // namespace

InferenceService::InferenceService(InferenceParts parts)
    : ModelCalls({parts.directory, parts.guard, parts.ready}), m_parts(parts), m_streams(parts.pipeline) {
    SetMessageAllocatorFor_ModelInfer(&m_allocator);
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

grpc::ServerUnaryReactor* InferenceService::ServerMetadata(Context* context, const inference::ServerMetadataRequest*,
                                                           inference::ServerMetadataResponse* response) {
    return answer(context, "ServerMetadata", [&]() -> Status {
        response->set_name("gnomond");
        response->set_version(GNOMON_VERSION);
        for (const char* extension : {"binary_tensor_data", "parameters", "model_configuration", "statistics"}) {
            response->add_extensions(extension);
        }
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
    Result<serving::InferenceCall> call =
        readCall(*request, messages, std::move(*principal), deadlineOf(*context, m_parts.clock));
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
        writeReply(std::move(*reply), *request, *response);
        reactor->Finish(grpc::Status::OK);
    });
    return reactor;
}

InferStreams::Reactor* InferenceService::ModelStreamInfer(Context* context) {
    Result<Principal> principal = m_parts.guard.admit(*context, "inference.GRPCInferenceService/ModelStreamInfer");
    if (!principal) {
        return InferStreams::refuse(wire::toGrpc(principal.error()));
    }
    const auto asked = context->client_metadata().find("triton_grpc_error");
    const bool errorsEndIt = asked != context->client_metadata().end() && asked->second == "true";
    return m_streams.open({std::move(*principal), deadlineOf(*context, m_parts.clock), errorsEndIt});
}

} // namespace gnomon::node
