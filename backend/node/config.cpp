// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/config.h"
#include "backend/base/files.h"
#include "backend/config/toml_table.h"
#include "backend/node/listener.h"

#include <sstream>
#include <utility>

namespace gnomon::node {

namespace {

namespace fs = std::filesystem;
using config::TomlFile;
using config::TomlTable;

// What no single key shows.
void checkWhole(const NodeConfig& config, TomlFile& file) {
    for (const auto& [key, path] : {std::pair{"paths.repository", config.repository}, {"paths.state", config.state}}) {
        if (path.empty()) {
            file.add(key, "is missing");
        }
    }
    const bool identified = !config.ca.empty() && !config.certificate.empty() && !config.key.empty();
    if (!config.allowPlaintext && (!identified || config.trustDomain.empty())) {
        file.add(config.trustDomain.empty() ? "node.trust_domain" : "tls",
                 "is missing: mutual TLS needs tls.ca, tls.certificate, tls.key and node.trust_domain");
    }
    if (config.inferenceListen.empty() || config.controlListen.empty()) {
        file.add(config.inferenceListen.empty() ? "inference.listen" : "control.listen", "names no address");
    }
    for (const auto& [key, addresses] :
         {std::pair{"inference.listen", &config.inferenceListen}, {"control.listen", &config.controlListen}}) {
        for (const std::string& address : *addresses) {
            if (const Status good = checkListenAddress(address); !good) {
                file.add(key, good.error().message + ": " + good.error().remedy);
            }
        }
    }
}

void checkMetrics(const NodeConfig& config, TomlFile& file) {
    if (config.metricsListen.empty()) {
        return;
    }
    if (const Status good = checkListenAddress(config.metricsListen); !good) {
        file.add("metrics.listen", good.error().message + ": " + good.error().remedy);
    } else if (!isLoopback(config.metricsListen) && !config.metricsRemote) {
        file.add("metrics.listen", "'" + config.metricsListen +
                                       "' can be reached by other machines, and metrics are neither encrypted nor "
                                       "asked for an identity: listen on 127.0.0.1 behind a proxy that does both, or "
                                       "set metrics.allow_remote = true");
    }
}

// What follows from other keys.
void fillIn(NodeConfig& config) {
    if (config.fleet.empty()) {
        config.fleet = config.name;
    }
    if (config.auditOrigin.empty()) {
        config.auditOrigin = "gnomon/" + config.fleet + "/" + config.name + "/audit";
    }
    if (config.runtime.empty()) {
        config.runtime = config.state / "run";
    }
}

void readTables(const toml::table& table, TomlFile& file, NodeConfig& config) {
    TomlTable top(table, "", file);

    TomlTable node = top.takeTable("node");
    node.read("name", config.name);
    node.read("fleet", config.fleet);
    node.read("environment", config.environment, {"production", "test", "practice"});
    node.read("trust_domain", config.trustDomain);
    node.read("audit_origin", config.auditOrigin);
    node.done();

    TomlTable paths = top.takeTable("paths");
    paths.read("repository", config.repository);
    paths.read("state", config.state);
    paths.read("runtime", config.runtime);
    paths.read("onnxruntime", config.onnxRuntime);
    paths.done();

    TomlTable inference = top.takeTable("inference");
    inference.read("listen", config.inferenceListen);
    inference.read("reflection", config.inferenceReflection);
    inference.done();

    TomlTable control = top.takeTable("control");
    control.read("listen", config.controlListen);
    control.read("reflection", config.controlReflection);
    control.done();

    TomlTable metrics = top.takeTable("metrics");
    metrics.read("listen", config.metricsListen);
    metrics.read("allow_remote", config.metricsRemote);
    metrics.done();

    TomlTable tls = top.takeTable("tls");
    tls.read("ca", config.ca);
    tls.read("certificate", config.certificate);
    tls.read("key", config.key);
    tls.read("crl", config.crl);
    tls.read("allow_plaintext", config.allowPlaintext);
    tls.done();

    TomlTable limits = top.takeTable("limits");
    limits.read("connections", config.connections.connections, 1, 100000);
    limits.read("connections_per_address", config.connections.perAddress, 1, 100000);
    limits.read("connections_per_identity", config.connections.perIdentity, 1, 100000);
    limits.read("calls", config.admission.calls, 1, 1 << 20);
    limits.read("calls_per_caller", config.admission.callerCalls, 1, 1 << 20);
    limits.read("calls_per_second_per_caller", config.admission.callerRate, 0, 1e6);
    limits.read("burst_per_caller", config.admission.callerBurst, 0, 1e6);
    limits.read("queue_milliseconds", config.admission.queue, 0, 60'000);
    limits.read("request_bytes", config.admission.bytes, 1024, std::int64_t{1} << 40);
    limits.read("inference_message_bytes", config.maxInferenceMessageBytes, 1024, 1 << 30);
    limits.read("control_message_bytes", config.maxControlMessageBytes, 1024, 64 << 20);
    limits.read("model_bytes", config.maxModelBytes, 1, std::int64_t{1} << 36);
    limits.read("drain_seconds", config.drain, 0, 600);
    limits.done();

    TomlTable worker = top.takeTable("worker");
    worker.read("memory_bytes", config.workerMemoryBytes, 64 << 20, std::int64_t{1} << 40);
    worker.done();

    TomlTable exchanges = top.takeTable("exchanges");
    exchanges.read("max_age_hours", config.exchangeMaxAge, 1, 24 * 3660);
    exchanges.read("max_bytes", config.exchangeMaxBytes, 1 << 20, std::int64_t{1} << 44);
    exchanges.read("ordinary_per_second", config.exchangeOrdinary, 0, 1e6);
    exchanges.done();

    TomlTable audit = top.takeTable("audit");
    audit.read("queue", config.auditQueue, 16, 1 << 20);
    audit.read("on_audit_loss", config.onAuditLoss, {"hold", "stop"});
    audit.done();

    TomlTable log = top.takeTable("log");
    log.read("level", config.logLevel, {"debug", "info", "warning", "error"});
    log.read("format", config.logFormat, {"text", "json"});
    log.done();
    top.done();
}

} // namespace

Result<NodeConfig> parseConfig(const std::string& text, const fs::path& path) {
    TomlFile file(path, "every key is explained in the gnomond.toml that comes with it");
    NodeConfig config;
    config.file = path;
    if (const auto table = file.parse(text)) {
        readTables(*table, file, config);
        checkWhole(config, file);
        checkMetrics(config, file);
    }
    if (file.error()) {
        return *file.error();
    }
    fillIn(config);
    return config;
}

std::vector<FieldChange> limitChanges(const NodeConfig& before, const NodeConfig& after) {
    std::vector<FieldChange> changes;
    const auto compare = [&changes](const char* key, const auto& was, const auto& is) {
        if (was != is) {
            std::ostringstream from;
            std::ostringstream to;
            from << was;
            to << is;
            changes.push_back({std::string("limits.") + key, from.str(), to.str()});
        }
    };
    compare("connections", before.connections.connections, after.connections.connections);
    compare("connections_per_address", before.connections.perAddress, after.connections.perAddress);
    compare("connections_per_identity", before.connections.perIdentity, after.connections.perIdentity);
    compare("calls", before.admission.calls, after.admission.calls);
    compare("calls_per_caller", before.admission.callerCalls, after.admission.callerCalls);
    compare("calls_per_second_per_caller", before.admission.callerRate, after.admission.callerRate);
    compare("burst_per_caller", before.admission.callerBurst, after.admission.callerBurst);
    compare("queue_milliseconds", before.admission.queue.count(), after.admission.queue.count());
    compare("request_bytes", before.admission.bytes, after.admission.bytes);
    return changes;
}

std::set<std::string> configKeys() {
    TomlFile file("");
    NodeConfig ignored;
    readTables({}, file, ignored);
    return file.asked();
}

Result<NodeConfig> readConfig(const fs::path& file) {
    GNOMON_ASSIGN(const std::string text, readFile(file, 1u << 20));
    return parseConfig(text, file);
}

} // namespace gnomon::node
