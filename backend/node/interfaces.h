// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/access/denial_recorder.h"
#include "backend/access/revocations.h"
#include "backend/audit/audit_log.h"
#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/control/change_service.h"
#include "backend/domain/node.h"
#include "backend/monitor/comparison_monitor.h"
#include "backend/node/config.h"
#include "backend/node/listener.h"
#include "backend/node/reload.h"
#include "backend/port/authorizer.h"
#include "backend/port/exchange_store.h"
#include "backend/port/state_store.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/pipeline.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::node {

// Everything that the interfaces show and call; all of it must outlive them.
struct InterfaceParts {
    serving::Pipeline& pipeline;
    serving::EndpointDirectory& directory;
    control::ChangeService& changes;
    monitor::ComparisonMonitor& comparison;
    port::ExchangeStore& exchanges;
    port::StateStore& state;
    audit::AuditLog& audit;
    const port::Authorizer& authorizer;
    access::DenialRecorder& denials;
    access::Revocations& revocations; // read and kept up to date here, where config.crl names a list
    const Clock& clock;
    std::function<std::vector<std::string>()> alarms;
};

// For metrics.
struct InterfaceCounters {
    ListenerCounters inference;
    ListenerCounters control;
    bool ready = false;
    bool draining = false;
    std::vector<ReloadState> reloads;
    serving::AdmissionCounters admission; // of the inference interface
};

// What open() would say of the certificate files. Asked before anything is made: a node that was started too early
// leaves nothing behind.
Status checkCredentials(const NodeConfig& config);

// The node's two interfaces: inference for callers, control for operators, each on listeners of its own. Thread-safe.
class Interfaces {
public:
    // Serves when it returns. info: without listeners, which are filled in here. Unavailable when an address is taken,
    // Corrupt or PermissionDenied for certificate files that will not do.
    static Result<std::unique_ptr<Interfaces>> open(const NodeConfig& config, NodeInfo info, InterfaceParts parts);
    ~Interfaces();

    std::vector<std::string> inferenceAddresses() const;
    std::vector<std::string> controlAddresses() const;
    InterfaceCounters counters() const;
    // Health first, then no new connections, then calls under way until the time is over. Blocks.
    void drain(std::chrono::milliseconds wait);

private:
    struct State;
    explicit Interfaces(std::unique_ptr<State> state);

    std::unique_ptr<State> m_state;
};

} // namespace gnomon::node
