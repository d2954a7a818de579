// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/config.h"
#include "backend/base/bytes.h"
#include "backend/base/files.h"

#include <toml++/toml.h>

#include <functional>
#include <map>
#include <optional>

namespace gnomon::node {

namespace {

namespace fs = std::filesystem;

Error invalid(const std::string& place, const std::string& field, const std::string& why) {
    return {ErrorCode::InvalidArgument, place + ": " + field + " " + why,
            "every key is explained in resources/config/gnomond.toml", field};
}

// With line and column.
Error invalidAt(const toml::node& node, const fs::path& file, const std::string& field, const std::string& why) {
    const auto& at = node.source().begin;
    return invalid(file.string() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), field, why);
}

// Takes values out of one table and remembers which keys it knows, so that what is left over can be refused. The first
// error is kept; everything after it does nothing.
class Section {
public:
    Section(const toml::table& root, std::string name, fs::path file)
        : m_name(std::move(name)), m_file(std::move(file)) {
        if (const toml::node* node = root.get(m_name)) {
            m_table = node->as_table();
            if (m_table == nullptr) {
                refuse(*node, "must be a table, as in [" + m_name + "]", m_name);
            }
        }
    }

    void take(const char* key, std::string& out) {
        if (const toml::node* node = find(key)) {
            const auto value = node->value_exact<std::string>();
            value ? void(out = *value) : refuse(*node, "must be text in quotes", key);
        }
    }

    void take(const char* key, bool& out) {
        if (const toml::node* node = find(key)) {
            const auto value = node->value_exact<bool>();
            value ? void(out = *value) : refuse(*node, "must be true or false", key);
        }
    }

    // Relative paths start at the folder of the configuration file.
    void take(const char* key, fs::path& out) {
        std::string text;
        take(key, text);
        if (!text.empty()) {
            out = (m_file.parent_path() / text).lexically_normal();
        }
    }

    void take(const char* key, std::vector<std::string>& out) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return;
        }
        std::vector<std::string> list;
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            return refuse(*node, "must be a list of texts, as in [\"127.0.0.1:8001\"]", key);
        }
        for (const toml::node& item : *array) {
            const auto value = item.value_exact<std::string>();
            if (!value) {
                return refuse(item, "must be a list of texts", key);
            }
            list.push_back(*value);
        }
        out = std::move(list);
    }

    template <class T>
    void take(const char* key, T& out, std::int64_t least, std::int64_t most) {
        std::int64_t value = 0;
        if (takeInteger(key, value, least, most)) {
            out = static_cast<T>(value);
        }
    }

    template <class Rep, class Period>
    void take(const char* key, std::chrono::duration<Rep, Period>& out, std::int64_t least, std::int64_t most) {
        std::int64_t value = 0;
        if (takeInteger(key, value, least, most)) {
            out = std::chrono::duration<Rep, Period>(value);
        }
    }

    // Ok when every key of the section was known and well formed.
    Status finish() {
        if (m_table != nullptr && !m_error) {
            for (const auto& [key, node] : *m_table) {
                if (!m_known.contains(std::string(key.str()))) {
                    refuse(node, "is not a key that is known here", std::string(key.str()));
                    break;
                }
            }
        }
        if (m_error) {
            return *m_error;
        }
        return {};
    }

private:
    const toml::node* find(const char* key) {
        m_known[key] = true;
        return m_table == nullptr || m_error ? nullptr : m_table->get(key);
    }

    bool takeInteger(const char* key, std::int64_t& out, std::int64_t least, std::int64_t most) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return false;
        }
        const auto value = node->value_exact<std::int64_t>();
        if (!value || *value < least || *value > most) {
            refuse(*node, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most), key);
            return false;
        }
        out = *value;
        return true;
    }

    void refuse(const toml::node& node, const std::string& why, const std::string& key) {
        m_error = invalidAt(node, m_file, printable(m_name + "." + key), why);
    }

    std::string m_name;
    fs::path m_file;
    const toml::table* m_table = nullptr;
    std::map<std::string, bool> m_known;
    std::optional<Error> m_error;
};

Status checkSections(const toml::table& root, const fs::path& file) {
    constexpr std::string_view kSections[] = {"node",   "paths",  "inference", "control", "tls",
                                              "limits", "worker", "exchanges", "audit",   "log"};
    for (const auto& [key, node] : root) {
        bool known = false;
        for (const std::string_view section : kSections) {
            known = known || section == key.str();
        }
        if (!known) {
            return invalidAt(node, file, printable(key.str()), "is not a section that is known");
        }
    }
    return {};
}

bool isOneOf(const std::string& value, std::initializer_list<const char*> choices) {
    for (const char* choice : choices) {
        if (value == choice) {
            return true;
        }
    }
    return false;
}

Status checkWhole(NodeConfig& config, const fs::path& file) {
    if (config.repository.empty() || config.state.empty()) {
        return invalid(file.string(), config.repository.empty() ? "paths.repository" : "paths.state", "is missing");
    }
    if (!isOneOf(config.environment, {"production", "test", "practice"})) {
        return invalid(file.string(), "node.environment", "must be \"production\", \"test\" or \"practice\"");
    }
    if (!isOneOf(config.logLevel, {"debug", "info", "warning", "error"})) {
        return invalid(file.string(), "log.level", "must be \"debug\", \"info\", \"warning\" or \"error\"");
    }
    const bool identified = !config.ca.empty() && !config.certificate.empty() && !config.key.empty();
    if (!config.allowPlaintext && (!identified || config.trustDomain.empty())) {
        return invalid(file.string(), config.trustDomain.empty() ? "node.trust_domain" : "tls",
                       "is missing: mutual TLS needs tls.ca, tls.certificate, tls.key and node.trust_domain");
    }
    if (config.inferenceListen.empty() || config.controlListen.empty()) {
        return invalid(file.string(), config.inferenceListen.empty() ? "inference.listen" : "control.listen",
                       "names no address");
    }
    if (config.fleet.empty()) {
        config.fleet = config.name;
    }
    if (config.auditOrigin.empty()) {
        config.auditOrigin = "gnomon/" + config.fleet + "/" + config.name + "/audit";
    }
    if (config.runtime.empty()) {
        config.runtime = config.state / "run";
    }
    return {};
}

} // namespace

Result<NodeConfig> parseConfig(const std::string& text, const fs::path& file) {
    toml::table root;
    try {
        root = toml::parse(text, file.string());
    } catch (const toml::parse_error& problem) {
        const auto& at = problem.source().begin;
        return Error{ErrorCode::InvalidArgument, file.string() + ":" + std::to_string(at.line) + ":" +
                                                     std::to_string(at.column) + ": " +
                                                     printable(problem.description())};
    }
    GNOMON_TRY(checkSections(root, file));
    NodeConfig config;

    Section node(root, "node", file);
    node.take("name", config.name);
    node.take("fleet", config.fleet);
    node.take("environment", config.environment);
    node.take("trust_domain", config.trustDomain);
    node.take("audit_origin", config.auditOrigin);
    GNOMON_TRY(node.finish());

    Section paths(root, "paths", file);
    paths.take("repository", config.repository);
    paths.take("state", config.state);
    paths.take("runtime", config.runtime);
    paths.take("onnxruntime", config.onnxRuntime);
    GNOMON_TRY(paths.finish());

    Section inference(root, "inference", file);
    inference.take("listen", config.inferenceListen);
    GNOMON_TRY(inference.finish());

    Section control(root, "control", file);
    control.take("listen", config.controlListen);
    GNOMON_TRY(control.finish());

    Section tls(root, "tls", file);
    tls.take("ca", config.ca);
    tls.take("certificate", config.certificate);
    tls.take("key", config.key);
    tls.take("allow_plaintext", config.allowPlaintext);
    GNOMON_TRY(tls.finish());

    Section limits(root, "limits", file);
    limits.take("connections", config.maxConnections, 1, 100000);
    limits.take("connections_per_address", config.maxConnectionsPerAddress, 1, 100000);
    limits.take("inference_message_bytes", config.maxInferenceMessageBytes, 1024, 1 << 30);
    limits.take("control_message_bytes", config.maxControlMessageBytes, 1024, 64 << 20);
    limits.take("model_bytes", config.maxModelBytes, 1, std::int64_t{1} << 36);
    limits.take("drain_seconds", config.drain, 0, 600);
    GNOMON_TRY(limits.finish());

    Section worker(root, "worker", file);
    worker.take("memory_bytes", config.workerMemoryBytes, 64 << 20, std::int64_t{1} << 40);
    GNOMON_TRY(worker.finish());

    Section exchanges(root, "exchanges", file);
    exchanges.take("max_age_hours", config.exchangeMaxAge, 1, 24 * 3660);
    exchanges.take("max_bytes", config.exchangeMaxBytes, 1 << 20, std::int64_t{1} << 44);
    GNOMON_TRY(exchanges.finish());

    Section audit(root, "audit", file);
    audit.take("queue", config.auditQueue, 16, 1 << 20);
    GNOMON_TRY(audit.finish());

    Section log(root, "log", file);
    log.take("level", config.logLevel);
    GNOMON_TRY(log.finish());

    GNOMON_TRY(checkWhole(config, file));
    return config;
}

Result<NodeConfig> readConfig(const fs::path& file) {
    GNOMON_ASSIGN(const std::string text, readFile(file, 1u << 20));
    return parseConfig(text, file);
}

} // namespace gnomon::node
