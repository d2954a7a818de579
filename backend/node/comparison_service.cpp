// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/comparison_service.h"
#include "backend/base/log.h"
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

bool isStart(std::string_view action) {
    return action == "start-experiment";
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
        if (!recorded.payload) {
            response->set_withheld("the payload was not kept, or has been erased");
            return {};
        }
        // What callers sent may be about people: who reads it is recorded, and so is who may not.
        const std::string object = "exchange/" + recorded.exchange.id.value;
        if (!m_parts.guard.require(who, Permission::ViewPayload, method("GetExchange"), object)) {
            response->set_withheld("needs the permission " + std::string(permissionName(Permission::ViewPayload)));
        } else if (const Status read = m_parts.views.record(who, Permission::ViewPayload, "payload.read", object);
                   !read) {
            response->set_withheld("reading it could not be recorded: " + read.error().message);
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
    if (requestId.empty() || (isStart(action) && reason.empty())) {
        const std::string field = requestId.empty() ? "request_id" : "reason";
        return Error{ErrorCode::InvalidArgument, field + " is missing", "say it in the request", field};
    }
    const Wish wish(who.actor.identity, action, name, requestId);
    {
        const MutexLock lock(m_mutex);
        for (const auto& [known, comparison] : m_declared) {
            if (known == wish) {
                return comparison;
            }
        }
        if (!m_underWay.insert(wish).second) {
            return Error{ErrorCode::Unavailable, "request " + printable(requestId, 64) + " is being carried out",
                         "ask again in a moment"};
        }
    }
    Result<Comparison> done = carryOut(action, name, reason, requestId, who);
    const MutexLock lock(m_mutex);
    m_underWay.erase(wish);
    if (done.ok()) {
        m_declared.emplace_back(wish, *done);
        if (m_declared.size() > kMostDeclared) {
            m_declared.pop_front();
        }
    }
    return done;
}

Result<Comparison> ComparisonService::carryOut(const char* action, const EndpointName& name, const std::string& reason,
                                               const std::string& requestId, const Principal& who) {
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
    record.result = "allowed";
    record.reason = printable(reason, 1024);
    GNOMON_ASSIGN(const port::Appended allowed, m_parts.audit.append(record));
    Result<Comparison> done = [&]() -> Result<Comparison> {
        if (isStart(action)) {
            return m_parts.comparison.startExperiment(name);
        }
        GNOMON_TRY(m_parts.comparison.stopExperiment(name));
        return m_parts.comparison.comparison(name);
    }();
    record.ref = allowed.seq;
    record.result = done.ok() ? "ok" : "failed";
    record.code = done.ok() ? "OK" : codeName(done.error().code);
    if (const auto told = m_parts.audit.append(std::move(record)); !told.ok()) {
        logEvent(LogLevel::Error, "declaration_not_recorded",
                 {{"endpoint", name.value}, {"action", action}, {"cause", told.error().message}});
    }
    return done;
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
