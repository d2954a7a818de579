// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/inference_service.h"
#include "backend/node/call_trace.h"
#include "backend/node/infer_call.h"
#include "backend/node/infer_messages.h"

#include <utility>

namespace gnomon::node {

namespace {

const std::string kInfer = "inference.GRPCInferenceService/ModelInfer"; // made once, not per call
const std::string kPushback = "grpc-retry-pushback-ms";                 // what clients that retry by themselves wait

// A call of ModelInfer that came in. Kept for as long as anybody reads the request's tensors: shadows, observers, an
// abandoned run.
struct Came {
    Came(QueuedCall& call, Principal who, std::optional<MonoTime> until, serving::Admission::Ticket place)
        : asked(call), caller(std::move(who)), deadline(until), ticket(std::move(place)) {}

    void answer(Result<serving::InferenceReply> reply) {
        ticket.answered(reply && asAsked(*reply));
        if (!reply) {
            asked.fail(wire::toGrpc(reply.error()));
            return;
        }
        InArena<inference::ModelInferResponse> response;
        writeReply(std::move(*reply), request.message, response.message);
        const Result<grpc::ByteBuffer> written = writeMessage(response.message);
        written ? asked.finish(*written) : asked.fail(wire::toGrpc(written.error()));
    }

    QueuedCall& asked; // until it is answered
    Principal caller;  // until it is asked
    const std::optional<MonoTime> deadline;
    serving::Admission::Ticket ticket;
    InArena<inference::ModelInferRequest> request;
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

void InferenceService::serveInfer(InferQueue::Queues queues) {
    m_infer = std::make_unique<InferQueue>(
        std::move(queues),
        [this](grpc::ServerContext* context, grpc::ByteBuffer* request,
               grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>* writer, grpc::ServerCompletionQueue* queue,
               void* tag) { RequestModelInfer(context, request, writer, queue, queue, tag); },
        [this](QueuedCall& call) { return admit(call); });
}

InferQueue::Job InferenceService::admit(QueuedCall& asked) {
    const std::string model = claimsOf(asked.request()).model;
    Result<Principal> principal = m_parts.guard.admit(asked.context(), kInfer, model);
    if (!principal) {
        asked.fail(wire::toGrpc(principal.error()));
        return {};
    }
    const auto deadline = deadlineOf(asked.context(), m_parts.clock);
    auto decision = m_parts.admission.admit({limitKey(*principal), model, asked.request().Length(), deadline});
    if (decision.refusal) {
        asked.context().AddTrailingMetadata(kPushback, std::to_string(decision.refusal->retryAfter.count()));
        asked.fail(statusOf(*decision.refusal));
        return {};
    }
    auto came = std::make_shared<Came>(asked, std::move(*principal), deadline, std::move(decision.ticket));
    return [this, came = std::move(came)](const std::shared_ptr<serving::ComputeThread>& thread) {
        inference::ModelInferRequest& message = came->request.message;
        const Status read = readMessage(came->asked.request(), message);
        // The call's tensors are views into the message.
        Result<serving::InferenceCall> call =
            read ? readCall(message, {came, &message}, std::move(came->caller), came->deadline) : read.error();
        if (!call) {
            came->asked.fail(wire::toGrpc(call.error()));
            return;
        }
        call->thread = thread;
        call->trace = traceOf(came->asked.context());
        m_parts.pipeline.infer(std::move(*call),
                               [came](Result<serving::InferenceReply> reply) { came->answer(std::move(reply)); });
    };
}

InferStreams::Reactor* InferenceService::ModelStreamInfer(Context* context) {
    Result<Principal> principal = m_parts.guard.admit(*context, "inference.GRPCInferenceService/ModelStreamInfer");
    if (!principal) {
        return InferStreams::refuse(wire::toGrpc(principal.error()));
    }
    const auto asked = context->client_metadata().find("triton_grpc_error");
    const bool errorsEndIt = asked != context->client_metadata().end() && asked->second == "true";
    return m_streams.open({std::move(*principal), deadlineOf(*context, m_parts.clock), errorsEndIt, traceOf(*context)});
}

} // namespace gnomon::node
