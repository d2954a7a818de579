// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/oip_runner.h"

#include "backend/base/mutex.h"
#include "backend/wire/inference.h"
#include "backend/wire/model_description.h"
#include "backend/wire/status.h"

#include <grpcpp/grpcpp.h>
#include <inference/grpc_service.grpc.pb.h>

#include <algorithm>
#include <charconv>
#include <set>

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

// One call on its way. Kept alive by its own callback; cancelled by whoever abandons it.
struct Call final : port::Run {
    grpc::ClientContext context;
    inference::ModelInferRequest request;
    // Apart, because outputs hold on to it and to nothing else.
    std::shared_ptr<inference::ModelInferResponse> response = std::make_shared<inference::ModelInferResponse>();
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

// The calls under way, so that they can be cancelled together.
class Calls {
public:
    void add(const std::shared_ptr<Call>& call) {
        const MutexLock lock(m_mutex);
        m_calls.insert(call);
    }
    void remove(const std::shared_ptr<Call>& call) {
        const MutexLock lock(m_mutex);
        m_calls.erase(call);
    }
    void cancelAll() {
        const MutexLock lock(m_mutex);
        for (const auto& call : m_calls) {
            call->abandon();
        }
    }

private:
    Mutex m_mutex;
    std::set<std::shared_ptr<Call>> m_calls GUARDED_BY(m_mutex);
};

class OipRunner final : public port::ModelRunner {
public:
    explicit OipRunner(const OipTarget& target)
        : m_model(target.model), m_version(target.version), m_stub(Service::NewStub(openChannel(target))) {}
    ~OipRunner() override { m_calls->cancelAll(); }

    Status describe(std::chrono::milliseconds within) {
        grpc::ClientContext context;
        context.set_deadline(wallDeadline(steady_clock::now() + within));
        context.set_wait_for_ready(true);
        inference::ModelMetadataRequest request;
        request.set_name(m_model);
        request.set_version(m_version);
        inference::ModelMetadataResponse metadata;
        if (const grpc::Status status = m_stub->ModelMetadata(&context, request, &metadata); !status.ok()) {
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
        if (m_stub->ModelConfig(&configContext, configRequest, &config).ok()) {
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
        m_calls->add(call);
        m_stub->async()->ModelInfer(&call->context, &call->request, call->response.get(),
                                    [call, calls = m_calls, done = std::move(done)](const grpc::Status& status) {
                                        calls->remove(call);
                                        done(resultOf(status, *call));
                                    });
        return call;
    }

private:
    // Constant after describe().
    const std::string m_model;
    const std::string m_version;
    const std::unique_ptr<Service::Stub> m_stub;
    port::ModelSchema m_schema;
    const std::shared_ptr<Calls> m_calls = std::make_shared<Calls>(); // shared with the callbacks
};

} // namespace

Result<std::shared_ptr<port::ModelRunner>> connectOip(const OipTarget& target, std::chrono::milliseconds within) {
    const auto runner = std::make_shared<OipRunner>(target);
    GNOMON_TRY(runner->describe(within));
    return std::shared_ptr<port::ModelRunner>(runner);
}

} // namespace gnomon::upstream
