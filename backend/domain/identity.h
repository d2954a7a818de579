// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gnomon {

// Who is at the other end of a connection, before anything was decided about them.
struct PeerIdentity {
    std::string spiffeId;   // "spiffe://example/console/ada/laptop"; empty when nobody was authenticated
    std::string authMethod; // "mtls", "none", "local"
    Digest certificate;     // SHA-256 of the DER certificate; zero when there is none
    std::string address;    // "127.0.0.1:40112" or "unix:"
    std::string client;     // user agent, as sent; may be anything

    bool operator==(const PeerIdentity&) const = default;
};

// Who did something, as the audit trail keeps it.
struct Actor {
    std::string person;   // "ada", "machine:substitution"; what distinctness of approvers is judged by
    std::string identity; // SPIFFE id, or "machine:<policy>"
    std::string authMethod;
    Digest certificate;

    bool operator==(const Actor&) const = default;
};

// What an RPC needs. Each RPC of gnomon.v1 names one in its proto option.
enum class Permission {
    Infer,        // ask for predictions and model metadata
    View,         // read state, comparisons, exchanges without payload
    ViewPayload,  // read payloads of exchanges
    OperateSafe,  // fallback, rollback, stop shadow, disable
    OperateRisky, // restore, enable, start or raise a shadow, promote
    ReadAudit,    // search, prove, export
    WitnessAudit, // cosign checkpoints
    Work,         // a worker's or node's own part
};
std::string_view permissionName(Permission permission); // "infer", "view", "operate.safe", ...

// An authenticated peer with what it may do.
struct Principal {
    Actor actor;
    std::string tenant; // of /caller/<tenant>/<app>; empty otherwise
    std::string role;   // "caller", "console", "node", "worker"
    std::uint32_t permissions = 0;
    std::string address;
    std::string client;

    bool may(Permission permission) const { return (permissions >> static_cast<unsigned>(permission) & 1u) != 0; }
    bool operator==(const Principal&) const = default;
};

// The actor of a change that the node makes by itself.
Actor machineActor(std::string_view policy);

} // namespace gnomon
