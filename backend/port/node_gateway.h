// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/audit.h"
#include "backend/domain/comparison.h"
#include "backend/domain/exchange.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace gnomon::port {

enum class LinkState {
    Connecting,
    Live,    // a Watch message came within the last three heartbeats
    Waiting, // lost or unreachable; trying again at retryAt. Transient
    Refused, // TLS, identity or version: trying again will not help until a person acts. Permanent
    Closed,
};

// One change of the link, with what a person needs to know about it.
struct LinkStatus {
    LinkState state = LinkState::Connecting;
    MonoTime retryAt;             // only for Waiting
    std::uint32_t attempts = 0;   // since it was last live
    std::optional<Error> error;   // why it is not live
    std::optional<NodeInfo> node; // once known; kept over a loss
    bool restarted = false;       // live again, same node id, other boot id
    bool replaced = false;        // live again, other node id: not the node that was connected before
};

// An exchange with what can be shown of its payload.
struct ExchangeDetail {
    Exchange exchange;
    std::optional<ExchangePayload> payload;
    std::string withheld; // why there is no payload; empty when there is one
};

template <class T>
using Done = std::function<void(Result<T>)>;

struct WatchEvents {
    std::function<void(const LinkStatus&)> linkChanged;
    std::function<void(const NodeUpdate&)> updated;
};

struct ExportEvents {
    std::function<void(ByteView chunk, std::uint64_t done, std::uint64_t total)> chunk;
    Done<void> finished;
};

// The answer to "prove this row": everything needed to check it here, without trusting the node.
using ProvenDone = Done<ProvenRecord>;

// A node as the console and the command line see it. Thread-safe and asynchronous: every call returns at once, has a
// deadline, and calls back exactly once from a thread of the gateway's, unless its stop token was triggered first, in
// which case it may be called with Cancelled. Callbacks must not block.
class NodeGateway {
public:
    virtual ~NodeGateway() = default;

    // Connects, keeps the Watch stream open and reconnects with back-off until stop. Call once.
    virtual void open(WatchEvents events) = 0;
    // Ends the wait of a Waiting link and tries now.
    virtual void retryNow() = 0;
    // No callback comes after it returned. Also done by the destructor.
    virtual void close() = 0;

    virtual void getNode(std::stop_token stop, Done<NodeInfo> done) = 0;
    virtual void whoAmI(std::stop_token stop, Done<Principal> done) = 0;
    virtual void listEndpoints(std::stop_token stop, Done<std::vector<EndpointSnapshot>> done) = 0;
    virtual void listGenerations(const EndpointName& endpoint, std::stop_token stop,
                                 Done<std::vector<Generation>> done) = 0;

    virtual void planChange(const ChangeRequest& request, std::stop_token stop, Done<PlanPreview> done) = 0;
    virtual void executePlan(const ExecuteRequest& request, std::stop_token stop, Done<ChangeOutcome> done) = 0;
    // Ends with a complete proof, or with DeadlineExceeded after wait.
    virtual void watchEffect(const EndpointName& endpoint, GenerationNumber generation, std::chrono::milliseconds wait,
                             std::stop_token stop, Done<EffectProof> done) = 0;

    // The running experiment of the endpoint, or the newest one that ended. NotFound when there never was one.
    virtual void getComparison(const EndpointName& endpoint, std::stop_token stop, Done<Comparison> done) = 0;
    // Ends the running experiment and declares a new one; its verdict starts afresh. Recorded.
    virtual void startExperiment(const EndpointName& endpoint, const std::string& reason, std::stop_token stop,
                                 Done<Comparison> done) = 0;
    virtual void listExchanges(const ExchangeFilter& filter, std::stop_token stop, Done<ExchangePage> done) = 0;
    virtual void getExchange(const ExchangeId& id, std::stop_token stop, Done<ExchangeDetail> done) = 0;

    virtual void searchAudit(const AuditFilter& filter, std::stop_token stop, Done<AuditPage> done) = 0;
    virtual void proveRecord(Seq seq, std::stop_token stop, ProvenDone done) = 0;
    virtual void getCheckpoint(std::stop_token stop, Done<Checkpoint> done) = 0;
    virtual void proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, std::stop_token stop,
                                  Done<ConsistencyProof> done) = 0;
    // The whole log as one file (backend/audit/FORMAT.md), in order.
    virtual void exportAudit(std::stop_token stop, ExportEvents events) = 0;
};

} // namespace gnomon::port
