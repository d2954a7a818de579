// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/files.h"
#include "backend/base/mutex.h" // before gRPC, which brings macros of the same names

#include "tests/integration/hostile_inputs/raw_caller.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>

namespace gnomon::test {

namespace {

std::shared_ptr<grpc::Channel> ownConnection(const client::ConnectOptions& connect) {
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride(connect.serverName);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const grpc::SslCredentialsOptions tls{readFile(connect.caFile).value(), readFile(connect.keyFile).value(),
                                          readFile(connect.certificateFile).value()};
    return grpc::CreateCustomChannel(connect.address, grpc::SslCredentials(tls), arguments);
}

struct Call {
    std::size_t number = 0;
    std::string request;
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

std::string textOf(const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    std::string text;
    if (buffer.Valid() && buffer.Dump(&slices).ok()) {
        for (const grpc::Slice& slice : slices) {
            text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
        }
    }
    return text;
}

} // namespace

RawCaller::RawCaller(const client::ConnectOptions& connect, std::string method)
    : m_stub(ownConnection(connect)), m_method(std::move(method)) {}

void RawCaller::run(std::size_t count, std::size_t window, const Make& make, const Check& check) {
    grpc::CompletionQueue queue;
    std::size_t sent = 0;
    const auto send = [&](std::size_t number, std::string request) {
        auto* call = new Call; // comes back as the queue's tag
        call->number = number;
        call->request = std::move(request);
        call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
        const grpc::Slice slice(call->request);
        call->reader = m_stub.PrepareUnaryCall(&call->context, m_method, grpc::ByteBuffer(&slice, 1), &queue);
        call->reader->StartCall();
        call->reader->Finish(&call->reply, &call->status, call);
    };
    while (sent < std::min(window, count)) {
        send(sent, make(sent));
        ++sent;
    }
    void* tag = nullptr;
    bool ok = false;
    for (std::size_t done = 0; done < count && queue.Next(&tag, &ok);) {
        const std::unique_ptr<Call> call(static_cast<Call*>(tag));
        if (call->status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
            ++m_turnedAway;
            send(call->number, std::move(call->request));
            continue;
        }
        ++done;
        check(call->number, call->status, textOf(call->reply));
        if (sent < count) {
            send(sent, make(sent));
            ++sent;
        }
    }
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
}

} // namespace gnomon::test
