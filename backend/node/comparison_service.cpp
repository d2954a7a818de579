// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/comparison_service.h"
#include "backend/wire/comparison.h"
#include "backend/wire/exchange.h"

#include <algorithm>
#include <string_view>

namespace gnomon::node {

namespace {

constexpr std::size_t kMostDeclared = 256;

std::string method(const char* name) {
    return std::string("gnomon.v1.ComparisonService/") + name;
}

} // namespace

grpc::ServerUnaryReactor* ComparisonService::GetComparison(Context* context, const v1::GetComparisonRequest* request,
                                                           v1::GetComparisonResponse* response) {
    return runUnary(m_parts, context, method("GetComparison"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(const EndpointName name, parseEndpointName(request->endpoint()));
        GNOMON_TRY(m_parts.directory.inForce(name));
        GNOMON_ASSIGN(const Comparison comparison, m_parts.comparison.comparison(name));
        *response->mutable_comparison() = wire::toProto(comparison);
        return {};
    });
}

grpc::ServerUnaryReactor* ComparisonService::ListExchanges(Context* context, const v1::ListExchangesRequest* request,
                                                           v1::ListExchangesResponse* response) {
    return runUnary(m_parts, context, method("ListExchanges"), response, [=, this](const Principal&) -> Status {
        GNOMON_ASSIGN(ExchangeFilter filter, wire::fromProto(*request));
        GNOMON_TRY(resolveExperiment(filter));
        GNOMON_ASSIGN(const ExchangePage page, m_parts.exchanges.list(filter));
        for (const Exchange& exchange : page.exchanges) {
            *response->add_exchanges() = wire::toProto(exchange);
        }
        response->set_next_page_token(page.nextPageToken);
        return {};
    });
}

grpc::ServerUnaryReactor* ComparisonService::GetExchange(Context* context, const v1::GetExchangeRequest* request,
                                                         v1::GetExchangeResponse* response) {
    return runUnary(m_parts, context, method("GetExchange"), response, [=, this](const Principal& who) -> Status {
        GNOMON_ASSIGN(const port::RecordedExchange recorded, m_parts.exchanges.get(ExchangeId(request->id())));
        *response->mutable_exchange() = wire::toProto(recorded.exchange);
        if (!who.may(Permission::ViewPayload)) {
            response->set_withheld("needs the permission " + std::string(permissionName(Permission::ViewPayload)));
        } else if (!recorded.payload) {
            response->set_withheld("the payload was not kept, or has been erased");
        } else {
            *response->mutable_payload() = wire::toProto(*recorded.payload);
        }
        return {};
    });
}

// The store knows times, not experiments.
Status ComparisonService::resolveExperiment(ExchangeFilter& filter) const {
    if (!filter.experiment) {
        return {};
    }
    GNOMON_ASSIGN(const Comparison comparison, m_parts.comparison.comparison(filter.endpoint));
    if (comparison.experiment != *filter.experiment) {
        return Error{ErrorCode::NotFound, "experiment " + printable(filter.experiment->value, 64) + " of endpoint '" +
                                              filter.endpoint.value + "' is not the newest one any more"};
    }
    filter.experiment.reset();
    filter.from = std::max(filter.from.value_or(comparison.started), comparison.started);
    if (comparison.stopped) {
        filter.until = std::min(filter.until.value_or(*comparison.stopped), *comparison.stopped);
    }
    return {};
}

Result<Comparison> ComparisonService::declare(const char* action, const std::string& endpoint,
                                              const std::string& reason, const std::string& requestId,
                                              const Principal& who) {
    GNOMON_ASSIGN(const EndpointName name, parseEndpointName(endpoint));
    const bool start = std::string_view(action) == "start-experiment";
    if (requestId.empty() || (start && reason.empty())) {
        const std::string field = requestId.empty() ? "request_id" : "reason";
        return Error{ErrorCode::InvalidArgument, field + " is missing", "say it in the request", field};
    }
    const MutexLock lock(m_mutex);
    for (const auto& [id, comparison] : m_declared) {
        if (id == requestId) {
            return comparison;
        }
    }
    GNOMON_TRY(m_parts.comparison.comparison(name)); // there must be one
    AuditRecord record;
    record.kind = RecordKind::Config;
    record.actor = who.actor;
    record.sourceAddress = who.address;
    record.sourceClient = who.client;
    record.action = action;
    record.permission = std::string(permissionName(Permission::OperateSafe));
    record.object = "endpoint/" + name.value;
    record.requestId = printable(requestId, 128);
    record.result = "ok";
    record.reason = printable(reason, 1024);
    GNOMON_TRY(m_parts.audit.append(std::move(record)));
    if (start) {
        GNOMON_TRY(m_parts.comparison.startExperiment(name));
    } else {
        GNOMON_TRY(m_parts.comparison.stopExperiment(name));
    }
    GNOMON_ASSIGN(const Comparison comparison, m_parts.comparison.comparison(name));
    m_declared.emplace_back(requestId, comparison);
    if (m_declared.size() > kMostDeclared) {
        m_declared.pop_front();
    }
    return comparison;
}

grpc::ServerUnaryReactor* ComparisonService::StartExperiment(Context* context,
                                                             const v1::StartExperimentRequest* request,
                                                             v1::StartExperimentResponse* response) {
    return runUnary(m_parts, context, method("StartExperiment"), response, [=, this](const Principal& who) -> Status {
        GNOMON_ASSIGN(const Comparison comparison,
                      declare("start-experiment", request->endpoint(), request->reason(), request->request_id(), who));
        m_parts.changed();
        *response->mutable_comparison() = wire::toProto(comparison);
        return {};
    });
}

grpc::ServerUnaryReactor* ComparisonService::StopExperiment(Context* context, const v1::StopExperimentRequest* request,
                                                            v1::StopExperimentResponse* response) {
    return runUnary(m_parts, context, method("StopExperiment"), response, [=, this](const Principal& who) -> Status {
        GNOMON_ASSIGN(const Comparison comparison,
                      declare("stop-experiment", request->endpoint(), request->reason(), request->request_id(), who));
        m_parts.changed();
        *response->mutable_comparison() = wire::toProto(comparison);
        return {};
    });
}

} // namespace gnomon::node
