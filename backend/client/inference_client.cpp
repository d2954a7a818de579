// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/inference_client.h"
#include "backend/client/call_set.h"
#include "backend/client/connection.h"
#include "backend/client/failure.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <inference/grpc_service.grpc.pb.h>

#include <atomic>
#include <future>

namespace gnomon::client {

namespace {

using Service = inference::GRPCInferenceService;

constexpr int kMostReceivedBytes = 64 << 20;

// One ModelInfer call. Its response's memory is what the reply's tensors point into.
struct InferMessages {
    inference::ModelInferRequest request;
    inference::ModelInferResponse response;
    MonoTime started;
};

std::string take(std::map<std::string, std::string>& parameters, const char* key) {
    auto node = parameters.extract(key);
    return node.empty() ? std::string() : std::move(node.mapped());
}

class GrpcInferenceClient final : public InferenceClient {
public:
    GrpcInferenceClient(ConnectOptions options, std::vector<std::shared_ptr<grpc::Channel>> channels)
        : m_options(std::move(options)) {
        for (const auto& channel : channels) {
            m_stubs.push_back(Service::NewStub(channel));
        }
    }
    ~GrpcInferenceClient() override { m_calls.end(); }

    void infer(const InferCall& call, std::function<void(Result<InferReply>)> done) override {
        const auto messages = std::make_shared<InferMessages>();
        wire::writeInferRequest({call.model, call.version, call.id, call.parameters, call.inputs, call.outputs},
                                messages->request);
        messages->started = m_clock.monoNow();
        CallSet::Context context = std::make_shared<grpc::ClientContext>();
        context->set_deadline(std::chrono::system_clock::now() + call.deadline);
        addTrace(m_options, *context);
        if (!m_calls.add(context)) {
            return;
        }
        grpc::ClientContext* const raw = context.get();
        stub().async()->ModelInfer(
            raw, &messages->request, &messages->response,
            [this, messages, context = std::move(context), done = std::move(done)](const grpc::Status& status) mutable {
                done(read(status, messages));
                m_calls.remove(std::move(context));
            });
    }

    Result<InferReply> infer(const InferCall& call) override {
        std::promise<Result<InferReply>> answer;
        infer(call, [&answer](Result<InferReply> reply) { answer.set_value(std::move(reply)); });
        return answer.get_future().get();
    }

    Result<ServerDescription> serverMetadata(std::chrono::milliseconds deadline) override {
        const auto ask = [this](auto... call) { return stub().ServerMetadata(call...); };
        GNOMON_ASSIGN(const auto response, (this->ask<inference::ServerMetadataResponse>(
                                               inference::ServerMetadataRequest(), deadline, ask)));
        ServerDescription out{printable(response.name()), printable(response.version()), {}};
        for (const std::string& extension : response.extensions()) {
            out.extensions.push_back(printable(extension));
        }
        return out;
    }

    Result<bool> serverReady(std::chrono::milliseconds deadline) override {
        const auto ask = [this](auto... call) { return stub().ServerReady(call...); };
        GNOMON_ASSIGN(const auto response,
                      (this->ask<inference::ServerReadyResponse>(inference::ServerReadyRequest(), deadline, ask)));
        return response.ready();
    }

    Result<ModelSummary> modelMetadata(const std::string& model, const std::string& version,
                                       std::chrono::milliseconds deadline) override {
        inference::ModelMetadataRequest request;
        request.set_name(model);
        request.set_version(version);
        const auto ask = [this](auto... call) { return stub().ModelMetadata(call...); };
        GNOMON_ASSIGN(const auto response, (this->ask<inference::ModelMetadataResponse>(request, deadline, ask)));
        GNOMON_ASSIGN(wire::ModelDescription described, wire::readModelMetadata(response));
        return ModelSummary{std::move(described.name), std::move(described.versions), std::move(described.platform),
                            std::move(described.schema)};
    }

private:
    Service::Stub& stub() { return *m_stubs[m_next.fetch_add(1, std::memory_order_relaxed) % m_stubs.size()]; }

    template <class Response, class Request, class Ask>
    Result<Response> ask(const Request& request, std::chrono::milliseconds deadline, Ask send) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + deadline);
        Response response;
        const grpc::Status status = send(&context, std::cref(request), &response);
        if (!status.ok()) {
            return explain(status, m_options).error;
        }
        return response;
    }

    Result<InferReply> read(const grpc::Status& status, const std::shared_ptr<InferMessages>& messages) const {
        if (!status.ok()) {
            return explain(status, m_options).error;
        }
        const auto latency = m_clock.monoNow() - messages->started;
        GNOMON_ASSIGN(wire::InferReply reply, wire::readInferReply(messages->response, messages));
        InferReply out;
        out.outputs = std::move(reply.outputs);
        out.version = take(reply.parameters, "gnomon_version");
        if (out.version.empty()) {
            out.version = std::move(reply.version);
        }
        out.servedBy = take(reply.parameters, "gnomon_served_by");
        out.reason = take(reply.parameters, "gnomon_reason");
        out.generation = take(reply.parameters, "gnomon_generation");
        out.exchange = take(reply.parameters, "gnomon_exchange_id");
        out.latency = latency;
        return out;
    }

    const ConnectOptions m_options;
    const SystemClock m_clock;
    std::vector<std::unique_ptr<Service::Stub>> m_stubs; // constant after construction
    std::atomic<std::size_t> m_next{0};
    CallSet m_calls;
};

} // namespace

Result<std::unique_ptr<InferenceClient>> makeInferenceClient(const ConnectOptions& options, unsigned connections) {
    std::vector<std::shared_ptr<grpc::Channel>> channels;
    for (unsigned i = 0; i < std::max(connections, 1u); ++i) {
        Line line = makeLine(options, SystemClock(), kMostReceivedBytes);
        if (line.error) {
            return *std::move(line.error);
        }
        channels.push_back(std::move(line.channel));
    }
    return std::unique_ptr<InferenceClient>(std::make_unique<GrpcInferenceClient>(options, std::move(channels)));
}

} // namespace gnomon::client
