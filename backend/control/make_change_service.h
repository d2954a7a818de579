// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"
#include "backend/control/change_service.h"
#include "backend/port/audit_sink.h"
#include "backend/port/authorizer.h"
#include "backend/port/exchange_store.h"
#include "backend/port/state_store.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/pipeline.h"

#include <functional>
#include <memory>

namespace gnomon::control {

struct ChangeServiceOptions {
    NodeId node;
    std::string fleet;
    std::string environment;
    Digest policy;                              // digest of the policy in force
    std::chrono::minutes planLifetime{15};      // a plan that was not executed by then expires
    std::size_t planLimit = 256;                // plans kept; the oldest goes first
    std::chrono::milliseconds dryRunTime{2000}; // then the dry run is cut short
    std::size_t dryRunRows = 1000;              // recorded exchanges replayed at most
    std::chrono::milliseconds probeAfter{1000}; // without traffic for so long, a probe is sent
    std::size_t rememberedRequests = 1000;      // answers kept for request ids that come again
};

// What control reads of the audit trail.
struct AuditReader {
    std::function<Result<std::vector<StoredRecord>>()> openIntents; // oldest first
    std::function<Result<AuditPage>(const AuditFilter&)> search;
};

// Everything that the service works with; all of it must outlive the service.
struct ChangeServiceParts {
    serving::EndpointDirectory& directory;
    serving::Pipeline& pipeline; // for probes
    port::StateStore& state;
    port::ExchangeStore& exchanges;
    port::AuditSink& audit;
    AuditReader reader;
    const port::Authorizer& authorizer;
    const Clock& clock;
    Random& random;
};

std::unique_ptr<ChangeService> makeChangeService(ChangeServiceOptions options, ChangeServiceParts parts);

} // namespace gnomon::control
