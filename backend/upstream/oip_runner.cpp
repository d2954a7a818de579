// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/oip_runner.h"
#include "backend/upstream/worker_service.h"

#include "backend/base/mutex.h"
#include "backend/base/thread_name.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"
#include "backend/wire/polling.h"
#include "backend/wire/status.h"

#include <grpcpp/grpcpp.h>
#include <inference/grpc_service.grpc.pb.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <unordered_map>

namespace gnomon::upstream {

namespace {

using Service = inference::GRPCInferenceService;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::chrono::hours kLongest(1); // a deadline further away is none

system_clock::time_point wallDeadline(MonoTime deadline) {
    const steady_clock::duration left = std::min<steady_clock::duration>(deadline - steady_clock::now(), kLongest);
    return system_clock::now() + std::chrono::duration_cast<system_clock::duration>(left);
}

std::shared_ptr<grpc::Channel> openChannel(const OipTarget& target) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(target.mostReplyBytes);
    arguments.SetMaxSendMessageSize(-1);
    // A connection, and its pauses between attempts, shared with nobody.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
    if (!target.rootCertificates.empty()) {
        credentials = grpc::SslCredentials({target.rootCertificates, target.privateKey, target.certificateChain});
    }
    return grpc::CreateCustomChannel(target.address, credentials, arguments);
}

// A thread at a queue that waits for the network takes it from those that take calls and compute them: where others see
// to it, the queue only hands over what has ended. gRPC must be in use already.
grpc_completion_queue* makeQueue() {
    const grpc_completion_queue_attributes attributes{
        GRPC_CQ_CURRENT_VERSION, GRPC_CQ_NEXT,
        wire::networkIsSeenTo() ? GRPC_CQ_NON_POLLING : GRPC_CQ_DEFAULT_POLLING, nullptr};
    return grpc_completion_queue_create(grpc_completion_queue_factory_lookup(&attributes), &attributes, nullptr);
}

// One call on its way. Its runner's poller owns it; whoever abandons it cancels it.
struct Call final : port::Run {
    grpc::ClientContext context;
    inference::ModelInferRequest request;
    // Apart, because outputs hold on to it and to nothing else.
    std::shared_ptr<inference::ModelInferResponse> response = std::make_shared<inference::ModelInferResponse>();
    std::unique_ptr<grpc::ClientAsyncResponseReader<inference::ModelInferResponse>> reader;
    grpc::Status status;
    port::RunCallback done;
    MonoTime start = steady_clock::now();

    void abandon() override { context.TryCancel(); }
};

std::chrono::nanoseconds computeOf(const wire::InferReply& reply, MonoTime start) {
    const auto stated = reply.parameters.find("gnomon_compute_ns");
    std::int64_t count = 0;
    if (stated != reply.parameters.end()) {
        const std::string& text = stated->second;
        if (std::from_chars(text.data(), text.data() + text.size(), count).ec == std::errc()) {
            return std::chrono::nanoseconds(count);
        }
    }
    return steady_clock::now() - start;
}

Result<port::RunResult> resultOf(const grpc::Status& status, const Call& call) {
    if (!status.ok()) {
        return wire::fromGrpc(status);
    }
    Result<wire::InferReply> reply = wire::readInferReply(*call.response, call.response);
    if (!reply.ok()) {
        return Error{ErrorCode::Internal, "the server's answer cannot be read: " + reply.error().message};
    }
    return port::RunResult{std::move(reply->outputs), computeOf(*reply, call.start)};
}

// A channel with a completion queue of its own and the thread that waits at it. (With gRPC's callback interface the
// last reference to a channel may go on the thread that called back, and gRPC 1.51 aborts when that happens.) start()
// and close() by one owner, which makes no call after close().
class Connection : public std::enable_shared_from_this<Connection> {
public:
    explicit Connection(const OipTarget& target) : m_stub(Service::NewStub(openChannel(target))) {}

    Service::Stub& stub() { return *m_stub; }

    void open() {
        m_poller = std::thread([self = shared_from_this()] {
            nameThread("upstream");
            self->poll();
        });
    }

    // Cancels what is under way and waits until its callbacks are done, but for one that this is called from.
    void close() {
        {
            const MutexLock lock(m_mutex);
            for (const auto& [raw, call] : m_calls) {
                call->abandon();
            }
        }
        m_queue.Shutdown();
        if (m_poller.get_id() == std::this_thread::get_id()) {
            m_poller.detach(); // it ends when the last call has; its closure keeps this alive until then
        } else {
            m_poller.join();
        }
    }

    void start(const std::shared_ptr<Call>& call) {
        call->reader = m_stub->PrepareAsyncModelInfer(&call->context, call->request, &m_queue);
        {
            const MutexLock lock(m_mutex);
            m_calls.emplace(call.get(), call);
        }
        call->reader->StartCall();
        call->reader->Finish(call->response.get(), &call->status, call.get());
    }

private:
    void poll() {
        void* tag = nullptr;
        bool ok = false;
        while (m_queue.Next(&tag, &ok)) {
            std::shared_ptr<Call> call;
            {
                const MutexLock lock(m_mutex);
                const auto entry = m_calls.find(static_cast<Call*>(tag));
                call = std::move(entry->second);
                m_calls.erase(entry);
            }
            const port::RunCallback done = std::move(call->done);
            done(resultOf(call->status, *call));
        }
    }

    const std::unique_ptr<Service::Stub> m_stub;
    grpc::CompletionQueue m_queue{makeQueue()};
    std::thread m_poller;
    Mutex m_mutex;
    std::unordered_map<Call*, std::shared_ptr<Call>> m_calls GUARDED_BY(m_mutex);
};

class OipRunner final : public port::ModelRunner {
public:
    explicit OipRunner(const OipTarget& target)
        : m_model(target.model), m_version(target.version), m_connection(std::make_shared<Connection>(target)) {
        m_connection->open();
    }
    ~OipRunner() override { m_connection->close(); }

    Status describe(std::chrono::milliseconds within) {
        grpc::ClientContext context;
        context.set_deadline(wallDeadline(steady_clock::now() + within));
        context.set_wait_for_ready(true);
        inference::ModelMetadataRequest request;
        request.set_name(m_model);
        request.set_version(m_version);
        inference::ModelMetadataResponse metadata;
        if (const grpc::Status status = m_connection->stub().ModelMetadata(&context, request, &metadata);
            !status.ok()) {
            Error error = wire::fromGrpc(status);
            if (error.code == ErrorCode::DeadlineExceeded) {
                error = {ErrorCode::Unavailable, "no answer from the server of model '" + printable(m_model, 80) + "'"};
            }
            return error;
        }
        GNOMON_ASSIGN(wire::ModelDescription description, wire::readModelMetadata(metadata));
        m_schema = std::move(description.schema);

        // Not every server has it, and what it adds is not needed to run.
        grpc::ClientContext configContext;
        configContext.set_deadline(wallDeadline(steady_clock::now() + within));
        inference::ModelConfigRequest configRequest;
        configRequest.set_name(m_model);
        configRequest.set_version(m_version);
        inference::ModelConfigResponse config;
        if (m_connection->stub().ModelConfig(&configContext, configRequest, &config).ok()) {
            wire::addModelConfig(config.config(), m_schema);
        }
        return {};
    }

    const port::ModelSchema& schema() const override { return m_schema; }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        const auto call = std::make_shared<Call>();
        call->context.set_deadline(wallDeadline(request.deadline));
        wire::writeInferRequest({m_model, m_version, "", {}, std::move(request.inputs), std::move(request.outputs)},
                                call->request);
        if (request.background) {
            call->context.AddMetadata(kBackgroundMetadata, "1");
        }
        if (request.trace) {
            call->context.AddMetadata("traceparent", request.trace->parent());
            if (!request.trace->state.empty()) {
                call->context.AddMetadata("tracestate", request.trace->state);
            }
        }
        call->done = std::move(done);
        m_connection->start(call);
        return call;
    }

private:
    // Constant after describe().
    const std::string m_model;
    const std::string m_version;
    const std::shared_ptr<Connection> m_connection; // shared with its poller
    port::ModelSchema m_schema;
};

} // namespace

Result<std::shared_ptr<port::ModelRunner>> connectOip(const OipTarget& target, std::chrono::milliseconds within) {
    const auto runner = std::make_shared<OipRunner>(target);
    GNOMON_TRY(runner->describe(within));
    return std::shared_ptr<port::ModelRunner>(runner);
}

} // namespace gnomon::upstream
