// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/inference_service.h"
#include "backend/node/infer_call.h"
#include "backend/node/infer_messages.h"

#include <utility>

namespace gnomon::node {

namespace {

const std::string kInfer = "inference.GRPCInferenceService/ModelInfer"; // made once, not per call
const std::string kPushback = "grpc-retry-pushback-ms";                 // what clients that retry by themselves wait

// A call of ModelInfer that came in; ends itself.
class AskedOnce final : public grpc::ServerUnaryReactor {
public:
    AskedOnce(std::shared_ptr<const inference::ModelInferRequest> request, grpc::ByteBuffer& response,
              serving::Admission::Ticket ticket)
        : m_request(std::move(request)), m_response(response), m_ticket(std::move(ticket)) {}

    void answer(Result<serving::InferenceReply> reply) {
        m_ticket.answered(reply && asAsked(*reply));
        if (!reply) {
            Finish(wire::toGrpc(reply.error()));
            return;
        }
        inference::ModelInferResponse message;
        writeReply(std::move(*reply), *m_request, message);
        Result<grpc::ByteBuffer> written = writeMessage(message);
        if (!written) {
            Finish(wire::toGrpc(written.error()));
            return;
        }
        m_response = std::move(*written);
        Finish(grpc::Status::OK);
    }

private:
    void OnDone() override { delete this; }

    const std::shared_ptr<const inference::ModelInferRequest> m_request;
    grpc::ByteBuffer& m_response; // gRPC's, until OnDone
    serving::Admission::Ticket m_ticket;
};

} // namespace

InferenceService::InferenceService(InferenceParts parts)
    : ModelCalls({parts.directory, parts.guard, parts.ready}), m_parts(parts),
      m_streams(parts.pipeline, parts.admission) {}

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

grpc::ServerUnaryReactor* InferenceService::ModelInfer(Context* context, const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
    const auto turnAway = [context](const grpc::Status& status) {
        Reactor* reactor = context->DefaultReactor();
        reactor->Finish(status);
        return reactor;
    };
    const std::string_view model = claimsOf(*request).model;
    Result<Principal> principal = m_parts.guard.admit(*context, kInfer, model);
    if (!principal) {
        return turnAway(wire::toGrpc(principal.error()));
    }
    const auto deadline = deadlineOf(*context, m_parts.clock);
    auto decision = m_parts.admission.admit({limitKey(*principal), model, request->Length(), deadline});
    if (decision.refusal) {
        context->AddTrailingMetadata(kPushback, std::to_string(decision.refusal->retryAfter.count()));
        return turnAway(statusOf(*decision.refusal));
    }
    const auto message = std::make_shared<inference::ModelInferRequest>();
    const Status read = readMessage(*request, *message);
    Result<serving::InferenceCall> call =
        read ? readCall(*message, message, std::move(*principal), deadline) : read.error();
    if (!call) {
        return turnAway(wire::toGrpc(call.error()));
    }
    auto* asked = new AskedOnce(message, *response, std::move(decision.ticket));
    m_parts.pipeline.infer(std::move(*call),
                           [asked](Result<serving::InferenceReply> reply) { asked->answer(std::move(reply)); });
    return asked;
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
