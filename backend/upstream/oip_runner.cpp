// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/oip_runner.h"
#include "backend/upstream/worker_service.h"

#include "backend/base/mutex.h"
#include "backend/base/thread_name.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"
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

constexpr std::chrono::hours kLongest(1);      // a deadline further away is none
constexpr std::chrono::milliseconds kLooks(2); // between two looks at what nobody waits for

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

// One call on its way. Its runner's poller owns it; whoever abandons it cancels it.
struct Call final : port::Run {
    grpc::ClientContext context;
    inference::ModelInferRequest request;
    // Apart, because outputs hold on to it and to nothing else.
    std::shared_ptr<inference::ModelInferResponse> response = std::make_shared<inference::ModelInferResponse>();
    std::unique_ptr<grpc::ClientAsyncResponseReader<inference::ModelInferResponse>> reader;
    grpc::Status status;
    port::RunCallback done;
    bool awaited = true; // somebody waits for its answer
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
            m_closing = true;
            m_changed.notifyAll();
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
            m_awaited += call->awaited ? 1 : 0;
            if (m_calls.size() == 1 || call->awaited) {
                m_changed.notifyAll();
            }
        }
        call->reader->StartCall();
        call->reader->Finish(call->response.get(), &call->status, call.get());
    }

private:
    // A thread that waits at a queue takes the network from those that take calls and compute them (wire/polling.h). So
    // this one waits there only while somebody waits for an answer, or for the end; else it looks now and then at what
    // has come. (A queue that never waits for the network, which gRPC has as well, makes it abort with calls that were
    // begun before there was a connection.)
    bool mayWait() {
        const MutexLock lock(m_mutex);
        while (m_calls.empty() && !m_closing) {
            m_changed.wait(m_mutex);
        }
        const MonoTime until = steady_clock::now() + kLooks;
        while (m_awaited == 0 && !m_closing) {
            if (!m_changed.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        return true;
    }

    void poll() {
        for (;;) {
            const bool waits = mayWait();
            const auto until = waits ? system_clock::time_point::max() : system_clock::time_point(); // the past
            void* tag = nullptr;
            bool ok = false;
            auto got = m_queue.AsyncNext(&tag, &ok, until);
            while (got == grpc::CompletionQueue::GOT_EVENT) {
                end(static_cast<Call*>(tag));
                got = waits ? grpc::CompletionQueue::TIMEOUT : m_queue.AsyncNext(&tag, &ok, until);
            }
            if (got == grpc::CompletionQueue::SHUTDOWN) {
                return;
            }
        }
    }

    void end(Call* ended) {
        std::shared_ptr<Call> call;
        {
            const MutexLock lock(m_mutex);
            const auto entry = m_calls.find(ended);
            call = std::move(entry->second);
            m_calls.erase(entry);
            m_awaited -= call->awaited ? 1 : 0;
        }
        const port::RunCallback done = std::move(call->done);
        done(resultOf(call->status, *call));
    }

    const std::unique_ptr<Service::Stub> m_stub;
    grpc::CompletionQueue m_queue;
    std::thread m_poller;
    Mutex m_mutex;
    Condition m_changed; // of what is below
    std::unordered_map<Call*, std::shared_ptr<Call>> m_calls GUARDED_BY(m_mutex);
    std::size_t m_awaited GUARDED_BY(m_mutex) = 0; // of the calls
    bool m_closing GUARDED_BY(m_mutex) = false;
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
        call->awaited = !request.background;
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
