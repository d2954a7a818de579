// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/interfaces.h"
#include "backend/base/bytes.h"
#include "backend/base/log.h"
#include "backend/node/audit_service.h"
#include "backend/node/comparison_service.h"
#include "backend/node/deployment_service.h"
#include "backend/node/inference_service.h"
#include "backend/node/node_service.h"
#include "backend/node/readiness.h"
#include "backend/node/reload.h"
#include "backend/node/server.h"
#include "backend/node/server_credentials.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

namespace gnomon::node {

namespace {

constexpr std::size_t kControlThreads = 2;
constexpr std::size_t kChangeThreads = 4;
constexpr std::size_t kWaitingThreads = 8;
constexpr std::size_t kControlQueue = 256;
constexpr std::chrono::milliseconds kReloadPeriod{500};

// Whether a call that the production version cannot answer in time is answered all the same.
bool hasFallback(const serving::EndpointDirectory& directory, std::string_view name) {
    const auto inForce = directory.inForce(EndpointName(std::string(name)));
    return inForce && !inForce->deployment.chain.empty() &&
           inForce->deployment.chain.front().kind != FallbackKind::Refuse;
}

} // namespace

Status checkCredentials(const NodeConfig& config) {
    return config.allowPlaintext ? Status()
                                 : MutualTls::check({config.ca, config.certificate, config.key, config.trustDomain});
}

// In the order of construction; destroyed the other way round, so that servers go before what they call.
struct Interfaces::State {
    State(NodeConfig asRead, PermissionTable permissions, InterfaceParts all)
        : parts(std::move(all)), config(std::move(asRead)),
          guard(std::move(permissions), parts.authorizer, parts.denials, parts.revocations,
                [this](const PeerIdentity& peer) { return claim(peer); }),
          admission(config.admission, std::thread::hardware_concurrency(), parts.clock,
                    [this](std::string_view endpoint) { return hasFallback(parts.directory, endpoint); }),
          views(parts.audit, parts.clock), executor(kControlThreads, kControlQueue),
          changing(kChangeThreads, kControlQueue), waiting(kWaitingThreads, kControlQueue) {}

    InterfaceParts parts;
    NodeConfig config;              // of the reloader's thread, once it runs
    std::unique_ptr<MutualTls> tls; // absent: plaintext
    Guard guard;
    serving::Admission admission;
    ViewRecorder views;
    std::atomic<bool> ready{false};
    std::atomic<bool> draining{false};
    std::unique_ptr<ControlParts> control;
    std::unique_ptr<AuditService> auditService;
    std::unique_ptr<WatchHub> hub; // its thread uses what is above
    std::unique_ptr<InferenceService> inferenceService;
    std::unique_ptr<NodeService> nodeService;
    std::unique_ptr<AccessService> accessService;
    std::unique_ptr<DeploymentService> deploymentService;
    std::unique_ptr<ComparisonService> comparisonService;
    // They finish what the servers left before what it uses goes.
    Executor executor;
    Executor changing;
    Executor waiting;
    std::unique_ptr<Server> inference;
    std::unique_ptr<Server> controlServer;

    std::unique_ptr<Reloader> reloader;

    std::map<EndpointName, bool> serving; // as announced; used by open() first, then by the hub's thread alone

    // How the node is now; the hub asks every second.
    NodeUpdate observe() {
        views.recordCounted(false);
        for (const EndpointName& name : parts.directory.names()) {
            if (const auto inForce = parts.directory.inForce(name)) {
                parts.comparison.deployed(*inForce);
            }
        }
        NodeUpdate update;
        update.stamp = control->stamp();
        update.endpoints = snapshots(*control);
        if (ready) {
            announceHealth(update.endpoints);
        }
        if (const auto head = parts.audit.checkpoint()) {
            update.auditHead = *head;
        }
        update.draining = draining;
        update.alarms = parts.alarms();
        return update;
    }

    // Once the servers' end is announced nothing serves any more, whatever is said here.
    void announceHealth(const std::vector<EndpointSnapshot>& endpoints) {
        for (const EndpointSnapshot& endpoint : endpoints) {
            const auto [known, isNew] = serving.try_emplace(endpoint.settings.name, false);
            const bool serves = answers(endpoint.generation.deployment, endpoint.versions);
            if (isNew || serves != known->second) {
                known->second = serves;
                inference->setServing(endpoint.settings.name.value, serves);
            }
        }
    }

    // A certificate that was not claimed yet is one that the handshake let in.
    Status claim(const PeerIdentity& peer) {
        for (Server* server : {inference.get(), controlServer.get()}) {
            const auto claim = server->claim(peer.address, peer.spiffeId, peer.certificate);
            if (claim == Connections::Claim::TooMany) {
                return Error{ErrorCode::ResourceExhausted,
                             "'" + printable(peer.spiffeId) + "' has as many connections as it may",
                             "send more calls over fewer connections, or have limits.connections_per_identity raised"};
            }
            if (claim == Connections::Claim::Allowed) {
                break;
            }
        }
        return {};
    }

    Status openServers() {
        if (!config.allowPlaintext) {
            if (!config.crl.empty()) {
                GNOMON_ASSIGN(access::RevocationList list, access::RevocationList::read(config.crl, config.ca));
                parts.revocations.replace(std::move(list));
            }
            GNOMON_ASSIGN(tls, MutualTls::open({config.ca, config.certificate, config.key, config.trustDomain},
                                               config.runtime / "tls", parts.revocations));
        }
        ServerOptions options;
        options.credentials = tls ? tls->credentials() : grpc::InsecureServerCredentials();
        options.listener.limits = config.connections;
        options.listener.listeners =
            static_cast<std::uint32_t>(config.inferenceListen.size() + config.controlListen.size());
        options.addresses = config.inferenceListen;
        options.maxMessageBytes = config.maxInferenceMessageBytes;
        options.memoryQuotaBytes = std::max<std::uint64_t>(config.admission.bytes, options.memoryQuotaBytes / 4);
        options.reflection = config.inferenceReflection;
        options.queues = InferQueue::queues();
        GNOMON_ASSIGN(inference, Server::open(options, {inferenceService.get()}));
        options.queues = 0;
        options.addresses = config.controlListen;
        options.memoryQuotaBytes = ServerOptions().memoryQuotaBytes;
        options.maxMessageBytes = config.maxControlMessageBytes;
        options.reflection = config.controlReflection;
        GNOMON_ASSIGN(controlServer,
                      Server::open(options, {nodeService.get(), accessService.get(), deploymentService.get(),
                                             comparisonService.get(), auditService.get()}));
        return {};
    }

    Result<std::optional<AuditPayload>> reloadCertificates() {
        GNOMON_ASSIGN(const bool changed, tls->reload());
        if (!changed) {
            return std::optional<AuditPayload>();
        }
        return std::optional(AuditPayload{{}, {{"certificate", config.certificate.string()}}});
    }

    // Connections that are open are closed: their calls were refused from the moment on that the list is in force.
    Result<std::optional<AuditPayload>> reloadRevocations() {
        GNOMON_ASSIGN(access::RevocationList list, access::RevocationList::read(config.crl, config.ca));
        const std::size_t before = parts.revocations.size();
        const std::size_t after = list.size();
        parts.revocations.replace(std::move(list));
        std::size_t closed = 0;
        for (Server* server : {inference.get(), controlServer.get()}) {
            closed += server->closeWhere([this](const Digest& certificate) { return guard.revoked(certificate); });
        }
        AuditPayload payload{{{"revoked", std::to_string(before), std::to_string(after)}}, {}};
        payload.facts.emplace_back("connections_closed", std::to_string(closed));
        return std::optional(std::move(payload));
    }

    // What else the file says takes a restart.
    Result<std::optional<AuditPayload>> reloadLimits() {
        GNOMON_ASSIGN(NodeConfig fresh, readConfig(config.file));
        AuditPayload payload;
        payload.changes = limitChanges(config, fresh);
        config.connections = fresh.connections;
        config.admission = fresh.admission;
        if (fresh != config) {
            logEvent(LogLevel::Warning, "restart_needed",
                     {{"file", config.file.string()}, {"cause", "settings beside the limits have changed too"}});
        }
        if (payload.changes.empty()) {
            return std::optional<AuditPayload>();
        }
        admission.setLimits(config.admission);
        inference->setLimits(config.connections);
        controlServer->setLimits(config.connections);
        return std::optional(std::move(payload));
    }

    void watchFiles() {
        std::vector<ReloadSource> sources;
        if (tls) {
            sources.push_back(
                {"certificates", {config.ca, config.certificate, config.key}, [this] { return reloadCertificates(); }});
        }
        if (tls && !config.crl.empty()) {
            sources.push_back({"revocations", {config.crl, config.ca}, [this] { return reloadRevocations(); }});
        }
        if (!config.file.empty()) {
            sources.push_back({"limits", {config.file}, [this] { return reloadLimits(); }});
        }
        reloader = std::make_unique<Reloader>(std::move(sources), parts.audit, kReloadPeriod);
    }

    void addListeners() {
        for (const auto& [server, serves] :
             {std::pair{inference.get(), "inference"}, {controlServer.get(), "control"}}) {
            for (const std::string& address : server->addresses()) {
                control->info.listeners.push_back({address, serves, !config.allowPlaintext});
            }
        }
    }
};

Result<std::unique_ptr<Interfaces>> Interfaces::open(const NodeConfig& config, NodeInfo info, InterfaceParts parts) {
    GNOMON_ASSIGN(PermissionTable permissions, readPermissions());
    auto state = std::make_unique<State>(config, std::move(permissions), std::move(parts));
    State& s = *state;
    s.control = std::unique_ptr<ControlParts>(
        new ControlParts{std::move(info), s.guard, s.views, s.parts.directory, s.parts.changes, s.parts.comparison,
                         s.parts.exchanges, s.parts.state, s.parts.audit, s.parts.clock, s.executor, s.changing,
                         s.waiting, [&s] { s.hub->changed(); }, s.parts.alarms});
    s.auditService = std::make_unique<AuditService>(*s.control);
    s.hub = std::make_unique<WatchHub>([&s] { return s.observe(); });
    s.inferenceService = std::make_unique<InferenceService>(
        InferenceParts{s.parts.pipeline, s.parts.directory, s.guard, s.admission, s.parts.clock, s.ready});
    s.nodeService = std::make_unique<NodeService>(*s.control, *s.hub);
    s.accessService = std::make_unique<AccessService>(*s.control);
    s.deploymentService = std::make_unique<DeploymentService>(*s.control);
    s.comparisonService = std::make_unique<ComparisonService>(*s.control);
    GNOMON_TRY(s.openServers());
    s.addListeners();
    s.announceHealth(snapshots(*s.control));
    s.inferenceService->serveInfer(s.inference->takeQueues());
    s.ready = true;
    for (const auto& server : {s.inference.get(), s.controlServer.get()}) {
        server->setServing("", true);
        server->serve();
    }
    s.watchFiles();
    return std::unique_ptr<Interfaces>(new Interfaces(std::move(state)));
}

Interfaces::Interfaces(std::unique_ptr<State> state) : m_state(std::move(state)) {}

Interfaces::~Interfaces() {
    drain(std::chrono::milliseconds(0));
}

std::vector<std::string> Interfaces::inferenceAddresses() const {
    return m_state->inference->addresses();
}

std::vector<std::string> Interfaces::controlAddresses() const {
    return m_state->controlServer->addresses();
}

InterfaceCounters Interfaces::counters() const {
    return {m_state->inference->connections(), m_state->controlServer->connections(), m_state->ready, m_state->draining,
            m_state->reloader->states(),       m_state->admission.counters()};
}

void Interfaces::drain(std::chrono::milliseconds wait) {
    State& s = *m_state;
    if (s.draining.exchange(true)) {
        return;
    }
    const auto until = std::chrono::system_clock::now() + wait;
    s.reloader->stop();
    s.ready = false;
    s.inference->announceEnd();
    s.controlServer->announceEnd();
    s.hub->changed(); // operators see that the node is draining for as long as callers are still being answered
    s.inferenceService->closeStreams();
    s.inference->drain(until);
    s.inferenceService->endInfer();
    s.hub->close();
    s.controlServer->drain(until);
    s.views.recordCounted(true);
}

} // namespace gnomon::node
