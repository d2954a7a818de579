// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/plan.h"
#include "backend/node/connections.h"
#include "backend/serving/admission.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace gnomon::node {

// Everything that gnomond's configuration file states; the defaults are the ones of resources/config/gnomond.toml.
// Relative paths are relative to the folder of the file. Constant once read.
struct NodeConfig {
    std::filesystem::path file; // where it was read from; empty: nowhere

    // [node]
    std::string name = "gnomond";
    std::string fleet;                // empty: the node's own name
    std::string environment = "test"; // "production", "test" or "practice"
    std::string trustDomain;          // required unless plaintext is allowed
    std::string auditOrigin;          // empty: gnomon/<fleet>/<name>/audit

    // [paths]
    std::filesystem::path repository;  // required
    std::filesystem::path state;       // required; made with mode 0700
    std::filesystem::path runtime;     // sockets of workers; empty: state/run
    std::filesystem::path onnxRuntime; // libonnxruntime.so.1; empty: looked for beside the program and by the loader

    // [inference] and [control]
    bool inferenceReflection = false; // gRPC reflection, for tools that know no .proto file
    bool controlReflection = false;
    std::vector<std::string> inferenceListen{"127.0.0.1:8001"};
    std::vector<std::string> controlListen{"127.0.0.1:8443"};

    // [metrics]
    std::string metricsListen = "127.0.0.1:8002"; // empty: none
    bool metricsRemote = false;                   // another machine may read them: without encryption or identities

    // [tls]
    std::filesystem::path ca;
    std::filesystem::path certificate;
    std::filesystem::path key;
    std::filesystem::path crl;   // revocation list, or a folder of them; empty: none
    bool allowPlaintext = false; // only together with the flag --insecure-plaintext

    // [limits]
    ConnectionLimits connections; // per listener
    serving::AdmissionLimits admission;
    std::uint32_t maxInferenceMessageBytes = 16u << 20;
    std::uint32_t maxControlMessageBytes = 1u << 20;
    std::uint64_t maxModelBytes = 1ull << 30;
    std::chrono::seconds drain{30};

    // [worker]
    std::uint64_t workerMemoryBytes = 4ull << 30;

    // [exchanges]
    std::chrono::hours exchangeMaxAge{24 * 30};
    std::uint64_t exchangeMaxBytes = 1ull << 30;
    double exchangeOrdinary = 500; // a second, of each endpoint; 0: all

    // [audit]
    std::uint32_t auditQueue = 4096;
    std::string onAuditLoss = "hold"; // "hold" or "stop"

    // [log]
    std::string logLevel = "info";  // "debug", "info", "warning", "error"
    std::string logFormat = "text"; // "text", "json"

    bool operator==(const NodeConfig&) const = default;
};

// InvalidArgument names the file, line, column and key of what is wrong: unknown keys, wrong types, values out of
// range, missing required keys. Nothing is created or opened but the file itself.
Result<NodeConfig> readConfig(const std::filesystem::path& file);
// The same from text; `file` is only named in messages and for relative paths.
Result<NodeConfig> parseConfig(const std::string& text, const std::filesystem::path& file);
// What differs in the limits that are taken over while the node runs, by the names of their keys.
std::vector<FieldChange> limitChanges(const NodeConfig& before, const NodeConfig& after);
// Full names of all sections and keys that a file may hold: "audit", "audit.queue".
std::set<std::string> configKeys();

} // namespace gnomon::node
