// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/audit.h"

#include <optional>
#include <string>
#include <vector>

namespace gnomon::port {

enum class EnvironmentClass { Production, Test, Practice };

// How a console reaches one node. Paths only: no key or secret is ever stored here.
struct ConnectionProfile {
    std::string id;   // 32 hex digits
    std::string name; // what people call it
    std::string address;
    EnvironmentClass environment = EnvironmentClass::Test;
    std::string caFile;
    std::string certificateFile;
    std::string keyFile;
    std::string serverName; // expected in the node's certificate; empty: the host of the address
    bool plaintext = false;
    bool readOnly = false;
    bool connectAtStart = false;

    bool operator==(const ConnectionProfile&) const = default;
};

// The last checkpoint that this console saw and proved, per log.
struct PinnedCheckpoint {
    std::string origin;
    std::string verifierKey; // C2SP vkey
    Checkpoint checkpoint;
    WallTime seen;

    bool operator==(const PinnedCheckpoint&) const = default;
};

// The console's own memory. Used from the GUI thread only; every call is short.
class ConsoleStore {
public:
    virtual ~ConsoleStore() = default;
    virtual Result<std::vector<ConnectionProfile>> profiles() = 0;
    virtual Status saveProfile(const ConnectionProfile& profile) = 0;
    virtual Status removeProfile(const std::string& id) = 0;
    virtual Result<std::optional<PinnedCheckpoint>> pinned(const std::string& origin) = 0;
    // FailedPrecondition when it is smaller than the one already pinned: what was seen never shrinks.
    virtual Status pin(const PinnedCheckpoint& checkpoint) = 0;
    // Layout, filters, theme: opaque to the store. Empty when unset.
    virtual Result<std::string> setting(const std::string& key) = 0;
    virtual Status setSetting(const std::string& key, const std::string& value) = 0;
};

} // namespace gnomon::port
