// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/audit.h"
#include "backend/domain/comparison.h"
#include "backend/domain/deployment.h"
#include "backend/domain/version.h"

#include <optional>
#include <string>
#include <vector>

namespace gnomon {

struct Listener {
    std::string address;
    std::string serves; // "inference", "control"
    bool encrypted = true;

    bool operator==(const Listener&) const = default;
};

// Sent with every reply, so that a re-created node is never mistaken for the old one.
struct NodeStamp {
    NodeId id;
    BootId boot;
    WallTime serverTime;

    bool operator==(const NodeStamp&) const = default;
};

struct NodeInfo {
    NodeStamp stamp;
    std::string name;
    std::string fleet;
    std::string environment; // "production", "test", "practice"
    std::string softwareVersion;
    std::vector<std::string> capabilities; // names of what this node can do; unknown ones are ignored
    std::vector<Listener> listeners;
    std::string auditOrigin;
    std::string auditVerifierKey; // C2SP vkey text
    WallTime started;
    std::vector<std::string> alarms; // as they were when it was asked, as in NodeUpdate

    bool operator==(const NodeInfo&) const = default;
};

// One endpoint as it is now.
struct EndpointSnapshot {
    EndpointSettings settings;
    Generation generation;
    std::vector<Version> versions;
    double requestsPerSecond = 0; // last minute
    double substitutionShare = 0; // last minute, 0..1
    std::uint64_t requests = 0;   // since start
    std::uint64_t substituted = 0;
    std::uint64_t failed = 0;
    double p50Seconds = 0; // last minute; 0 when there was no request
    double p99Seconds = 0;
    std::string lastReason;               // of the newest substitution; empty when none
    std::optional<Comparison> comparison; // of the first shadow; summary only: no buckets, bins or latencies

    bool operator==(const EndpointSnapshot&) const = default;
};

// One message of the Watch stream; sent at least every 2 s.
struct NodeUpdate {
    NodeStamp stamp;
    std::vector<EndpointSnapshot> endpoints;
    Checkpoint auditHead;
    bool draining = false;
    std::vector<std::string> alarms; // "audit log cannot be written: disk full"; empty when all is well

    bool operator==(const NodeUpdate&) const = default;
};

} // namespace gnomon
