// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/base/clock.h"
#include "backend/base/executor.h"
#include "backend/control/change_service.h"
#include "backend/domain/node.h"
#include "backend/monitor/comparison_monitor.h"
#include "backend/node/guard.h"
#include "backend/node/view_recorder.h"
#include "backend/port/exchange_store.h"
#include "backend/port/state_store.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/wire/common.h"
#include "backend/wire/status.h"

#include <gnomon/v1/common.pb.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <string>
#include <vector>

namespace gnomon::node {

// What the control interface works with; all of it must outlive the services.
struct ControlParts {
    NodeInfo info; // constant, but for the server's time
    Guard& guard;
    ViewRecorder& views;
    serving::EndpointDirectory& directory;
    control::ChangeService& changes;
    monitor::ComparisonMonitor& comparison;
    port::ExchangeStore& exchanges;
    port::StateStore& state;
    audit::AuditLog& audit;
    const Clock& clock;
    Executor& executor;            // for work that blocks on disks
    Executor& changing;            // for changes, which may load models; reading goes on beside them
    Executor& waiting;             // for work that waits for something to happen, so that it holds up nothing else
    std::function<void()> changed; // tells watchers to look again now
    std::function<std::vector<std::string>()> alarms; // that consoles show now

    NodeStamp stamp() const { return {info.stamp.id, info.stamp.boot, clock.wallNow()}; }
};

// Every endpoint with the summary of its comparison.
inline std::vector<EndpointSnapshot> snapshots(const ControlParts& parts) {
    std::vector<EndpointSnapshot> all;
    for (const EndpointName& name : parts.directory.names()) {
        if (auto snapshot = parts.directory.snapshot(name)) {
            snapshot->comparison = parts.comparison.summary(name);
            all.push_back(std::move(*snapshot));
        }
    }
    return all;
}

// What somebody asks for, as admission sees it; a method alone, or what a denial should say it was about as well.
struct Asked {
    Asked(std::string name) : method(std::move(name)) {} // NOLINT(google-explicit-constructor)
    Asked(std::string name, std::string object, std::string_view what)
        : method(std::move(name)), endpoint(std::move(object)), action(what) {}

    std::string method;
    std::string endpoint;
    std::string action;
};

// Admits a call and runs work(principal) at once, which must not block: Status work(const Principal&). The answer goes
// out although every executor may be busy.
template <class Response, class Work>
grpc::ServerUnaryReactor* runNow(const ControlParts& parts, grpc::CallbackServerContext* context,
                                 const std::string& method, Response* response, Work work) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const Result<Principal> principal = parts.guard.admit(*context, method);
    const Status done = principal ? work(*principal) : Status(principal.error());
    *response->mutable_stamp() = wire::toProto(parts.stamp());
    reactor->Finish(wire::toGrpc(done));
    return reactor;
}

// Admits a call and runs work(principal) on the executor: Status work(const Principal&). The request and the response
// live until the call is finished. A response without error gets the node's stamp.
template <class Response, class Work>
grpc::ServerUnaryReactor* runUnary(const ControlParts& parts, Executor& executor, grpc::CallbackServerContext* context,
                                   const Asked& asked, Response* response, Work work) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    Result<Principal> principal = parts.guard.admit(*context, asked.method, asked.endpoint, asked.action);
    if (!principal) {
        reactor->Finish(wire::toGrpc(principal.error()));
        return reactor;
    }
    const bool posted = executor.post([&parts, reactor, response, principal = std::move(*principal), work] {
        const Status done = work(principal);
        *response->mutable_stamp() = wire::toProto(parts.stamp());
        reactor->Finish(wire::toGrpc(done));
    });
    if (!posted) {
        reactor->Finish(wire::toGrpc(Error{ErrorCode::ResourceExhausted, "the node has too much to do", "try again"}));
    }
    return reactor;
}

template <class Response, class Work>
grpc::ServerUnaryReactor* runUnary(const ControlParts& parts, grpc::CallbackServerContext* context, const Asked& asked,
                                   Response* response, Work work) {
    return runUnary(parts, parts.executor, context, asked, response, std::move(work));
}

} // namespace gnomon::node
