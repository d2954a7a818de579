// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/client/call_set.h"
#include "backend/client/connection.h"
#include "backend/client/failure.h"
#include "backend/port/node_gateway.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace gnomon::client {

// Cancels a call when its stop token says so.
using CancelOnStop = std::stop_callback<std::function<void()>>;

inline std::function<void()> cancelling(const std::shared_ptr<grpc::ClientContext>& context) {
    return [context] {
        // A copy of its own: the call may end at once, and take this function with it.
        const auto kept = context;
        kept->TryCancel();
    };
}

// One call's memory; shared by whoever started it and gRPC, and gone with its callback.
template <class Service, class Request, class Response>
struct UnaryCall {
    Line line;
    std::unique_ptr<typename Service::Stub> stub;
    std::shared_ptr<grpc::ClientContext> context = std::make_shared<grpc::ClientContext>();
    Request request;
    Response response;
    std::optional<CancelOnStop> onStop;
};

// The answer of a call that ended, or why there is none.
template <class T, class Response, class Decode>
Result<T> answer(const grpc::Status& status, const grpc::ClientContext& context, const Line& line,
                 const ConnectOptions& options, const Response& response, Decode decode) {
    if (line.error) {
        return *line.error;
    }
    if (!status.ok()) {
        return explain(status, options).error;
    }
    GNOMON_TRY(checkIsNode(context, options));
    Result<T> value = decode(response);
    if (!value.ok()) {
        return Error{ErrorCode::Corrupt, options.address + " sent an answer that cannot be: " + value.error().message};
    }
    return value;
}

// start: (stub, context, request, response, callback) -> starts the method. decode: Response -> Result<T>.
// Does nothing once `calls` is ending. connection and calls outlive the call, for they wait for it.
template <class Service, class Response, class Request, class T, class Start, class Decode>
void startUnary(CallSet& calls, Connection& connection, Request request, std::chrono::milliseconds deadline,
                std::stop_token stop, port::Done<T> done, Start start, Decode decode) {
    const auto call = std::make_shared<UnaryCall<Service, Request, Response>>();
    call->line = connection.current();
    call->stub = Service::NewStub(call->line.channel);
    call->request = std::move(request);
    call->context->set_deadline(std::chrono::system_clock::now() + deadline);
    addTrace(connection.options(), *call->context);
    if (!calls.add(call->context)) {
        return;
    }
    call->onStop.emplace(std::move(stop), cancelling(call->context));
    start(call->stub->async(), call->context.get(), &call->request, &call->response,
          [call, &calls, &connection, done = std::move(done), decode](const grpc::Status& status) {
              call->onStop.reset();
              done(answer<T>(status, *call->context, call->line, connection.options(), call->response, decode));
              call->stub.reset();
              call->line.channel.reset();
              calls.remove(std::move(call->context));
          });
}

} // namespace gnomon::client
