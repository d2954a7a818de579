// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomond/runtime.h"
#include "app/gnomond/state_folder.h"
#include "backend/access/denial_recorder.h"
#include "backend/access/fixed_authorizer.h"
#include "backend/access/revocations.h"
#include "backend/audit/file_signer.h"
#include "backend/base/log.h"
#include "backend/base/periodic.h"
#include "backend/control/make_change_service.h"
#include "backend/node/alarm_log.h"
#include "backend/node/interfaces.h"
#include "backend/node/metrics/metrics.h"
#include "backend/node/watches.h"
#include "backend/proof/deployment_codec.h"
#include "backend/serving/live_directory.h"
#include "backend/serving/live_pipeline.h"
#include "backend/store/exchange_store.h"
#include "backend/store/state_store.h"
#include "backend/upstream/runner_factory.h"

#include <atomic>
#include <thread>

namespace gnomon::app {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kComparisonBlob = "comparison";
constexpr std::size_t kMostCalls = 1u << 20; // the interface admits fewer, by its limits
constexpr auto kAlarmPeriod = 10s;           // of looking for alarms that the log is to tell of
constexpr auto kSavePeriod = 60s;            // what a crash may cost a comparison, but nothing that was declared
// The rule of access::FixedAuthorizer, named in every record so that a later policy is told apart from it.
constexpr const char* kPolicy = "fixed: /caller infers, /console operates, /node and /worker do their part";

Result<NodeId> nodeIdOf(port::StateStore& state, Random& random) {
    constexpr const char* kKey = "node.id";
    const Result<std::string> known = state.value(kKey);
    if (known) {
        return NodeId(*known);
    }
    if (known.error().code != ErrorCode::NotFound) {
        return known.error();
    }
    const std::string fresh = random.id();
    GNOMON_TRY(state.setValue(kKey, fresh));
    return NodeId(fresh);
}

// Empty: where the build expects it.
fs::path onnxRuntimeOf(const node::NodeConfig& config, const std::string& program) {
    if (!config.onnxRuntime.empty()) {
        return config.onnxRuntime;
    }
    const fs::path beside = fs::path(program).parent_path() / "libonnxruntime.so.1";
    return fs::exists(beside) ? beside : fs::path();
}

} // namespace

// In the order of construction; destroyed the other way round.
struct Runtime::Parts {
    node::NodeConfig config;
    std::function<void()> wake;
    std::atomic<bool> mustStop{false};
    SystemClock clock;
    SystemRandom random;
    std::unique_ptr<StateFolder> folder;
    std::unique_ptr<port::StateStore> state;
    NodeId nodeId;
    BootId bootId;
    std::unique_ptr<audit::FileSigner> signer;
    std::unique_ptr<audit::AuditLog> audit;
    std::unique_ptr<port::RunnerFactory> runners;
    std::unique_ptr<serving::LiveDirectory> directory;
    std::unique_ptr<monitor::ComparisonMonitor> comparison;
    std::unique_ptr<store::SqliteExchangeStore> exchanges;
    std::unique_ptr<access::FixedAuthorizer> authorizer;
    std::unique_ptr<access::DenialRecorder> denials;
    access::Revocations revocations;
    port::NoScorer scorer;
    std::unique_ptr<serving::LivePipeline> pipeline;
    std::unique_ptr<control::ChangeService> changes;
    std::unique_ptr<node::DiskWatch> disk;
    std::unique_ptr<node::CertificateWatch> certificates;
    std::unique_ptr<node::Interfaces> interfaces;
    std::unique_ptr<node::Metrics> metrics;
    std::unique_ptr<node::HttpExposer> exposer; // of the metrics; absent when they are off
    std::jthread trials;                        // gives versions that nothing needs yet their trial
    Periodic saver;                             // keeps the comparison's memory
    node::AlarmLog alarmLog;                    // of the next one's thread
    Periodic alarmWatch;

    Status openState();
    Status openServing(const std::string& program);
    Status openInterfaces();
    Status openMetrics(const NodeInfo& info);
    Status recordLifecycle(const std::string& action);
    void keepComparison();
    std::vector<std::string> alarms();
};

Status Runtime::Parts::openState() {
    GNOMON_ASSIGN(folder, StateFolder::hold(config.state));
    GNOMON_ASSIGN(state, store::openStateStore(config.state / "state.db"));
    GNOMON_ASSIGN(nodeId, nodeIdOf(*state, random));
    bootId = BootId(random.id());
    GNOMON_ASSIGN(signer, audit::FileSigner::open(config.state / "audit.key", config.auditOrigin, random));
    audit::AuditLogOptions options;
    options.folder = config.state;
    options.origin = config.auditOrigin;
    options.bootId = bootId.value;
    options.build = GNOMON_VERSION;
    options.queueLimit = config.auditQueue;
    if (config.onAuditLoss == "stop") {
        options.lost = [this] {
            mustStop = true;
            wake();
        };
    }
    GNOMON_ASSIGN(audit, audit::AuditLog::open(options, clock, random, *signer));
    return recordLifecycle("start");
}

Status Runtime::Parts::openServing(const std::string& program) {
    upstream::RunnerFactoryOptions runner;
    runner.onnxLibrary = onnxRuntimeOf(config, program);
    runner.workerExecutable = program;
    runner.socketFolder = config.runtime;
    runner.modelBytes = config.maxModelBytes;
    runner.workerMemory = config.workerMemoryBytes;
    runners = upstream::makeRunnerFactory(runner);

    serving::DirectoryOptions models;
    models.repository = config.repository;
    models.maxModelBytes = config.maxModelBytes;
    GNOMON_ASSIGN(directory, serving::makeEndpointDirectory(models, *runners, *state, clock));

    store::ExchangeStoreOptions exchange;
    exchange.file = config.state / "exchanges.db";
    exchange.maxAge = config.exchangeMaxAge;
    exchange.maxBytes = config.exchangeMaxBytes;
    exchange.ordinaryPerSecond = config.exchangeOrdinary;
    std::vector<EndpointSettings> settings;
    for (const EndpointName& name : directory->names()) {
        GNOMON_ASSIGN(EndpointSettings one, directory->settings(name));
        exchange.payload[name] = one.payload;
        settings.push_back(std::move(one));
    }
    comparison = monitor::makeComparisonMonitor(
        std::move(settings), clock, [this](ByteView saved) { return exchanges->saveBlob(kComparisonBlob, saved); });
    GNOMON_ASSIGN(exchanges, store::SqliteExchangeStore::open(exchange, clock));
    if (const auto saved = exchanges->loadBlob(kComparisonBlob)) {
        if (const Status restored = comparison->restore(*saved); !restored) {
            logEvent(LogLevel::Warning, "comparison_not_restored", {{"cause", restored.error().message}});
        }
    }

    authorizer = std::make_unique<access::FixedAuthorizer>(
        access::FixedAuthorizerOptions{config.trustDomain, config.allowPlaintext});
    denials = std::make_unique<access::DenialRecorder>(*audit, clock);
    serving::PipelineOptions serve;
    serve.mostCalls = kMostCalls;
    pipeline = serving::makePipeline(
        serve, {*directory, authorizer.get(), scorer, {comparison.get(), exchanges.get()}, *audit, clock, random});

    control::ChangeServiceOptions change;
    change.node = nodeId;
    change.fleet = config.fleet;
    change.environment = config.environment;
    change.policy = proof::policyDigest(kPolicy);
    control::AuditReader reader{[this] { return audit->openIntents(); },
                                [this](const AuditFilter& filter) { return audit->search(filter); }};
    changes = control::makeChangeService(
        change, {*directory, *pipeline, *state, *exchanges, *audit, reader, *authorizer, clock, random});
    GNOMON_TRY(changes->recover());
    for (const EndpointName& name : directory->names()) {
        GNOMON_ASSIGN(const Generation generation, directory->inForce(name));
        comparison->deployed(generation);
    }
    return {};
}

Status Runtime::Parts::openInterfaces() {
    NodeInfo info;
    info.stamp = {nodeId, bootId, clock.wallNow()};
    info.name = config.name;
    info.fleet = config.fleet;
    info.environment = config.environment;
    info.softwareVersion = GNOMON_VERSION;
    info.capabilities = {"inference", "deployment", "comparison", "audit"};
    info.auditOrigin = config.auditOrigin;
    info.auditVerifierKey = audit->verifierKey();
    info.started = info.stamp.serverTime;
    if (!config.metricsListen.empty() && !node::isLoopback(config.metricsListen)) {
        info.listeners.push_back({config.metricsListen, "metrics", false});
    }
    disk = std::make_unique<node::DiskWatch>(config.state);
    certificates = std::make_unique<node::CertificateWatch>(
        config.allowPlaintext
            ? std::vector<std::pair<std::string, fs::path>>{}
            : std::vector<std::pair<std::string, fs::path>>{{"node", config.certificate}, {"ca", config.ca}});
    GNOMON_ASSIGN(interfaces,
                  node::Interfaces::open(config, info,
                                         {*pipeline, *directory, *changes, *comparison, *exchanges, *state, *audit,
                                          *authorizer, *denials, revocations, clock, [this] { return alarms(); }}));
    return openMetrics(info);
}

Status Runtime::Parts::openMetrics(const NodeInfo& info) {
    if (config.metricsListen.empty()) {
        return {};
    }
    metrics = std::make_unique<node::Metrics>(
        info,
        node::MetricsParts{*directory, *pipeline, *comparison, *audit, *denials, *interfaces, *disk, *certificates,
                           [this] {
                               return node::StoreCounters{exchanges->dropped(), exchanges->sampledOut()};
                           },
                           [this] { return alarms(); }});
    GNOMON_ASSIGN(exposer, node::HttpExposer::open(config.metricsListen, [this] { return metrics->page(); }));
    return {};
}

Status Runtime::Parts::recordLifecycle(const std::string& action) {
    AuditRecord record;
    record.kind = RecordKind::Lifecycle;
    record.actor = machineActor("lifecycle");
    record.action = action;
    record.object = "node/" + config.name;
    record.result = "ok";
    AuditPayload payload;
    payload.facts = {{"node", nodeId.value}, {"version", GNOMON_VERSION}, {"environment", config.environment}};
    GNOMON_TRY(audit->append(std::move(record), std::move(payload)));
    return {};
}

void Runtime::Parts::keepComparison() {
    if (const Status kept = comparison->keep(); !kept) {
        logEvent(LogLevel::Warning, "comparison_not_saved", {{"cause", kept.error().message}});
    }
}

std::vector<std::string> Runtime::Parts::alarms() {
    std::vector<std::string> all;
    if (const Status writable = audit->health(); !writable) {
        all.push_back("the audit trail is in trouble: " + writable.error().message);
    }
    if (const auto trouble = exchanges->trouble()) {
        all.push_back("recorded exchanges cannot be written: " + trouble->message);
    }
    if (const auto full = disk->alarm()) {
        all.push_back(*full);
    }
    if (const auto expiring = certificates->alarm(clock.wallNow())) {
        all.push_back(*expiring);
    }
    if (const auto overdue = revocations.alarm(clock.wallNow())) {
        all.push_back(*overdue);
    }
    return all;
}

Runtime::Runtime(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::start(const node::NodeConfig& config, const std::string& program,
                                                std::function<void()> wake) {
    auto parts = std::make_unique<Parts>();
    parts->config = config;
    parts->wake = std::move(wake);
    GNOMON_TRY(node::checkCredentials(config));
    GNOMON_TRY(parts->openState());
    GNOMON_TRY(parts->openServing(program));
    GNOMON_TRY(parts->openInterfaces());
    Parts& p = *parts;
    p.trials = std::jthread([&p](const std::stop_token& stop) { p.directory->tryRemaining(stop); });
    p.saver = Periodic(kSavePeriod, [&p] { p.keepComparison(); });
    p.alarmWatch = Periodic(kAlarmPeriod, [&p] { p.alarmLog.look(p.alarms()); });
    return std::unique_ptr<Runtime>(new Runtime(std::move(parts)));
}

bool Runtime::mustStop() const {
    return m_parts->mustStop;
}

std::vector<std::string> Runtime::inferenceAddresses() const {
    return m_parts->interfaces->inferenceAddresses();
}

std::vector<std::string> Runtime::controlAddresses() const {
    return m_parts->interfaces->controlAddresses();
}

std::string Runtime::metricsAddress() const {
    return m_parts->exposer ? m_parts->exposer->address() : "";
}

void Runtime::drain() {
    Parts& p = *m_parts;
    p.trials.request_stop();
    p.interfaces->drain(p.config.drain);
    p.pipeline->drain(1s);
    p.pipeline->settle(2s);
    p.saver.stop();
    p.alarmWatch.stop();
    p.keepComparison();
    if (const Status recorded = p.recordLifecycle("stop"); !recorded) {
        logEvent(LogLevel::Error, "stop_not_recorded", {{"cause", recorded.error().message}});
    }
}

} // namespace gnomon::app
