// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/deployment_service.h"
#include "backend/node/call_trace.h"
#include "backend/node/paging.h"
#include "backend/wire/change.h"
#include "backend/wire/deployment.h"

namespace gnomon::node {

namespace {

std::string method(const char* name) {
    return std::string("gnomon.v1.DeploymentService/") + name;
}

AnswerTrace toTrace(const Exchange& exchange) {
    AnswerTrace trace;
    trace.exchange = exchange.id.value;
    trace.time = exchange.time;
    trace.endpoint = exchange.endpoint;
    trace.generation = exchange.generation;
    trace.servedBy = exchange.servedBy;
    trace.reason = exchange.reason;
    for (const Leg& leg : exchange.legs) {
        if (leg.role != LegRole::Shadow && leg.outcome == LegOutcome::Ok) {
            trace.version = describe(FallbackStep{leg.kind, leg.version});
        }
    }
    return trace;
}

} // namespace

grpc::ServerUnaryReactor* DeploymentService::ListEndpoints(Context* context, const v1::ListEndpointsRequest* request,
                                                           v1::ListEndpointsResponse* response) {
    return runUnary(m_parts, context, method("ListEndpoints"), response, [=, this](const Principal&) -> Status {
        const std::vector<EndpointSnapshot> all = snapshots(m_parts);
        GNOMON_ASSIGN(const Page page, pageOf(request->page_size(), 100, request->page_token(), all.size()));
        for (std::size_t i = page.begin; i < page.end; ++i) {
            *response->add_endpoints() = wire::toProto(all[i]);
        }
        response->set_next_page_token(page.next);
        return {};
    });
}

grpc::ServerUnaryReactor* DeploymentService::GetEndpoint(Context* context, const v1::GetEndpointRequest* request,
                                                         v1::GetEndpointResponse* response) {
    return runUnary(m_parts, context, method("GetEndpoint"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const EndpointName name, parseEndpointName(request->endpoint()));
        GNOMON_ASSIGN(EndpointSnapshot snapshot, m_parts.directory.snapshot(name));
        snapshot.comparison = m_parts.comparison.summary(name);
        *response->mutable_endpoint() = wire::toProto(snapshot);
        return {};
    });
}

grpc::ServerUnaryReactor* DeploymentService::ListGenerations(Context* context,
                                                             const v1::ListGenerationsRequest* request,
                                                             v1::ListGenerationsResponse* response) {
    return runUnary(m_parts, context, method("ListGenerations"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const EndpointName name, parseEndpointName(request->endpoint()));
        GNOMON_TRY(m_parts.directory.inForce(name));
        GNOMON_ASSIGN(const std::vector<Generation> all, m_parts.state.generations(name));
        GNOMON_ASSIGN(const Page page, pageOf(request->page_size(), 200, request->page_token(), all.size()));
        for (std::size_t i = page.begin; i < page.end; ++i) {
            *response->add_generations() = wire::toProto(all[i]);
        }
        response->set_next_page_token(page.next);
        return {};
    });
}

grpc::ServerUnaryReactor* DeploymentService::PlanChange(Context* context, const v1::PlanChangeRequest* request,
                                                        v1::PlanChangeResponse* response) {
    const Result<ChangeRequest> asked = wire::fromProto(request->change());
    const Asked attempt{method("PlanChange"), request->change().endpoint(), asked ? changeKindName(asked->kind) : ""};
    return runUnary(m_parts, m_parts.changing, context, attempt, response, [=, this](const Principal& who) -> Status {
        GNOMON_TRY(asked);
        if (directionOf(asked->kind) == Direction::Risky) {
            GNOMON_TRY(m_parts.guard.require(who, Permission::OperateRisky, attempt.action,
                                             "endpoint/" + asked->endpoint.value));
        }
        GNOMON_ASSIGN(const PlanPreview preview, m_parts.changes.plan(*asked, who));
        *response->mutable_preview() = wire::toProto(preview);
        return {};
    });
}

grpc::ServerUnaryReactor* DeploymentService::ExecutePlan(Context* context, const v1::ExecutePlanRequest* request,
                                                         v1::ExecutePlanResponse* response) {
    return runUnary(m_parts, m_parts.changing, context, method("ExecutePlan"), response,
                    [=, this](const Principal& who) -> Status {
                        // The change service checks the permission for the plan's own direction, which only it knows.
                        GNOMON_ASSIGN(ExecuteRequest execute, wire::fromProto(*request));
                        if (const auto trace = traceOf(*context)) {
                            execute.traceParent = trace->parent();
                        }
                        const Result<ChangeOutcome> outcome = m_parts.changes.execute(execute, who);
                        m_parts.changed();
                        if (!outcome) {
                            return outcome.error();
                        }
                        *response->mutable_outcome() = wire::toProto(*outcome);
                        return {};
                    });
}

grpc::ServerUnaryReactor* DeploymentService::WatchEffect(Context* context, const v1::WatchEffectRequest* request,
                                                         v1::WatchEffectResponse* response) {
    return runUnary(m_parts, m_parts.waiting, context, method("WatchEffect"), response,
                    [=, this](const Principal&) -> Status {
                        GNOMON_ASSIGN(const wire::EffectQuery query, wire::fromProto(*request));
                        GNOMON_ASSIGN(const EffectProof proof,
                                      m_parts.changes.awaitEffect(query.endpoint, query.generation, query.wait));
                        m_parts.changed();
                        *response->mutable_proof() = wire::toProto(proof);
                        return {};
                    });
}

grpc::ServerUnaryReactor* DeploymentService::WhatAnswered(Context* context, const v1::WhatAnsweredRequest* request,
                                                          v1::WhatAnsweredResponse* response) {
    return runUnary(m_parts, context, method("WhatAnswered"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const wire::AnswerQuery query, wire::fromProto(*request));
        GNOMON_ASSIGN(const Exchange exchange,
                      query.requestId.empty() && query.time
                          ? m_parts.exchanges.findByTime(query.endpoint, *query.time)
                          : m_parts.exchanges.findByRequestId(query.endpoint, query.requestId));
        *response->mutable_trace() = wire::toProto(toTrace(exchange));
        return {};
    });
}

} // namespace gnomon::node
