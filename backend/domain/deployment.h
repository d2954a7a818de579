// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/ids.h"
#include "backend/domain/identity.h"

#include <optional>
#include <string>
#include <vector>

namespace gnomon {

enum class Mode { Production, Fallback, Disabled };
std::string_view modeName(Mode mode); // "PRODUCTION", "FALLBACK", "DISABLED"

// A shadow and the share of requests that is mirrored to it.
struct ShadowSpec {
    VersionNumber version;
    int mirrorPercent = 100; // 0..100

    bool operator==(const ShadowSpec&) const = default;
};

enum class FallbackKind { Version, Constant, Refuse };

// One step of a fallback chain. Constant: the outputs that endpoint.toml states.
struct FallbackStep {
    FallbackKind kind = FallbackKind::Refuse;
    VersionNumber version; // only for Version

    bool operator==(const FallbackStep&) const = default;
};

// What an endpoint should be doing. Changing it makes a new generation.
struct Deployment {
    VersionNumber production;
    std::vector<ShadowSpec> shadows;
    std::vector<FallbackStep> chain; // tried in order; ends in Constant or Refuse
    Mode mode = Mode::Production;

    bool operator==(const Deployment&) const = default;
};

// "v2", "constant", "refuse".
std::string describe(const FallbackStep& step);
// One line for people: "PRODUCTION v1, shadow v2 100 %, falls back to v3, constant".
std::string describe(const Deployment& deployment);

enum class ChangeKind {
    Initial,
    Fallback,
    Restore,
    Rollback,
    Promote,
    ShadowStart,
    ShadowStop,
    ShadowMirror,
    Enable,
    Disable
};
std::string_view changeKindName(ChangeKind kind); // "fallback", "shadow-start", ...
Result<ChangeKind> parseChangeKind(std::string_view name);

// Going back to known-good is cheap, going forward asks for a reason (design.md section 3).
enum class Direction { Safe, Risky };
Direction directionOf(ChangeKind kind);

// One entry of an endpoint's history; kept for ever.
struct Generation {
    EndpointName endpoint;
    GenerationNumber number;
    Deployment deployment;
    ChangeKind kind = ChangeKind::Initial;
    std::optional<GenerationNumber> restores; // the older generation that this one equals, for Rollback and Restore
    std::optional<Seq> intent;                // the audit record that committed it
    WallTime time;
    Actor actor;
    std::string reason;

    bool operator==(const Generation&) const = default;
};

} // namespace gnomon
