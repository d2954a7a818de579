// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/worker_service.h"

#include "backend/base/log.h"
#include "backend/domain/trace_context.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"
#include "backend/wire/status.h"

namespace gnomon::upstream {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

MonoTime monoDeadline(system_clock::time_point deadline) {
    constexpr std::chrono::hours kLongest(1);
    const system_clock::duration left = std::min<system_clock::duration>(deadline - system_clock::now(), kLongest);
    return steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(left);
}

// Of the node's call; null when it is part of none.
std::shared_ptr<const TraceContext> traceOf(const grpc::CallbackServerContext& context) {
    const auto& metadata = context.client_metadata();
    const auto parent = metadata.find("traceparent");
    if (parent == metadata.end()) {
        return nullptr;
    }
    std::optional<TraceContext> trace = parseTraceParent({parent->second.data(), parent->second.size()});
    if (!trace) {
        return nullptr;
    }
    if (const auto state = metadata.find("tracestate"); state != metadata.end()) {
        trace->state = cleanTraceState({state->second.data(), state->second.size()});
    }
    return std::make_shared<const TraceContext>(*std::move(trace));
}

bool isBackground(const grpc::CallbackServerContext& context) {
    return context.client_metadata().contains(kBackgroundMetadata);
}

// One ModelInfer. The request message lives until the call is finished, and it is finished only when the run has ended:
// the tensors are views into it.
class InferCall final : public grpc::ServerUnaryReactor {
public:
    static InferCall* start(const inference::ModelInferRequest& request, inference::ModelInferResponse& response,
                            MonoTime deadline, port::ModelRunner& runner, AbandonedCalls& abandoned,
                            std::shared_ptr<const TraceContext> trace, bool background) {
        const std::shared_ptr<InferCall> call(new InferCall(request, response, abandoned));
        call->m_self = call;
        call->m_trace = std::move(trace);
        call->begin(deadline, runner, background);
        return call.get(); // alive: OnDone comes after this reactor was returned
    }

    void OnCancel() override {
        std::shared_ptr<port::Run> run;
        {
            const MutexLock lock(m_mutex);
            m_cancelled = true;
            if (m_ended) {
                return;
            }
            m_abandoned.add(this);
            run = m_run;
        }
        if (run != nullptr) {
            giveUp(*run);
        }
    }

    void OnDone() override { m_self.reset(); }

private:
    InferCall(const inference::ModelInferRequest& request, inference::ModelInferResponse& response,
              AbandonedCalls& abandoned)
        : m_request(request), m_response(response), m_abandoned(abandoned) {}

    void begin(MonoTime deadline, port::ModelRunner& runner, bool background) {
        Result<wire::InferRequest> request = wire::readInferRequest(m_request, nullptr);
        if (!request.ok()) {
            Finish(wire::toGrpc(request.error()));
            return;
        }
        auto run = runner.run({std::move(request->inputs), std::move(request->outputs), deadline, m_trace, background},
                              [self = m_self](Result<port::RunResult> result) { self->end(std::move(result)); });
        bool cancelled = false;
        {
            const MutexLock lock(m_mutex);
            m_run = run;
            cancelled = m_cancelled && !m_ended;
        }
        if (cancelled) {
            giveUp(*run);
        }
    }
    static void giveUp(port::Run& run) {
        run.abandon();
        run.demote(); // of a process that serves one version: nobody else waits for what it may hold
    }

    void end(Result<port::RunResult> result) {
        {
            const MutexLock lock(m_mutex);
            m_ended = true;
            m_abandoned.remove(this);
        }
        if (!result.ok()) {
            if (logs(LogLevel::Debug)) {
                logEvent(LogLevel::Debug, "run_failed",
                         {{"model", m_request.model_name()},
                          {"trace_id", m_trace ? m_trace->traceId() : ""},
                          {"code", std::string(codeName(result.error().code))},
                          {"error", result.error().message}});
            }
            Finish(wire::toGrpc(result.error()));
            return;
        }
        wire::writeInferReply({m_request.model_name(),
                               m_request.model_version(),
                               m_request.id(),
                               {{"gnomon_compute_ns", std::to_string(result->compute.count())}},
                               std::move(result->outputs)},
                              m_response);
        Finish(grpc::Status::OK);
    }

    const inference::ModelInferRequest& m_request;
    inference::ModelInferResponse& m_response;
    AbandonedCalls& m_abandoned;
    std::shared_ptr<InferCall> m_self; // until OnDone
    std::shared_ptr<const TraceContext> m_trace;
    Mutex m_mutex;
    std::shared_ptr<port::Run> m_run GUARDED_BY(m_mutex);
    bool m_cancelled GUARDED_BY(m_mutex) = false;
    bool m_ended GUARDED_BY(m_mutex) = false;
};

grpc::ServerUnaryReactor* finished(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
}

} // namespace

void AbandonedCalls::add(const void* call) {
    const MutexLock lock(m_mutex);
    m_calls.emplace(call, steady_clock::now());
}

void AbandonedCalls::remove(const void* call) {
    const MutexLock lock(m_mutex);
    m_calls.erase(call);
}

std::optional<MonoTime> AbandonedCalls::oldest() const {
    const MutexLock lock(m_mutex);
    std::optional<MonoTime> oldest;
    for (const auto& [call, since] : m_calls) {
        oldest = std::min(since, oldest.value_or(since));
    }
    return oldest;
}

WorkerService::WorkerService(std::string name, std::shared_ptr<port::ModelRunner> runner)
    : m_name(std::move(name)), m_runner(std::move(runner)) {}

grpc::ServerUnaryReactor* WorkerService::ServerReady(grpc::CallbackServerContext* context,
                                                     const inference::ServerReadyRequest*,
                                                     inference::ServerReadyResponse* response) {
    response->set_ready(true);
    return finished(context);
}

grpc::ServerUnaryReactor* WorkerService::ModelMetadata(grpc::CallbackServerContext* context,
                                                       const inference::ModelMetadataRequest*,
                                                       inference::ModelMetadataResponse* response) {
    wire::writeModelMetadata({m_name, {}, "onnxruntime_onnx", m_runner->schema()}, *response);
    return finished(context);
}

grpc::ServerUnaryReactor* WorkerService::ModelConfig(grpc::CallbackServerContext* context,
                                                     const inference::ModelConfigRequest*,
                                                     inference::ModelConfigResponse* response) {
    wire::writeModelConfig({m_name, {}, "onnxruntime_onnx", m_runner->schema()}, *response->mutable_config());
    return finished(context);
}

grpc::ServerUnaryReactor* WorkerService::ModelInfer(grpc::CallbackServerContext* context,
                                                    const inference::ModelInferRequest* request,
                                                    inference::ModelInferResponse* response) {
    return InferCall::start(*request, *response, monoDeadline(context->deadline()), *m_runner, m_abandoned,
                            traceOf(*context), isBackground(*context));
}

} // namespace gnomon::upstream
