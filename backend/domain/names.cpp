// SPDX-License-Identifier: GPL-3.0-or-later
// The wire and screen names of the domain's enumerations, in one place.
#include "backend/domain/audit.h"
#include "backend/domain/comparison.h"
#include "backend/domain/deployment.h"
#include "backend/domain/exchange.h"
#include "backend/domain/identity.h"
#include "backend/domain/version.h"

#include <array>

namespace gnomon {

namespace {

constexpr std::array<std::string_view, 10> kChangeKinds = {"initial", "fallback",     "restore",     "rollback",
                                                           "promote", "shadow-start", "shadow-stop", "shadow-mirror",
                                                           "enable",  "disable"};
constexpr std::array<std::string_view, 12> kRecordKinds = {"intent", "outcome", "effect",       "deny",
                                                           "view",   "auth",    "config",       "checkpoint",
                                                           "gap",    "key",     "substitution", "lifecycle"};

template <std::size_t N>
std::string_view nameAt(const std::array<std::string_view, N>& names, int i) {
    return names[static_cast<std::size_t>(i)];
}

template <class Enum, std::size_t N>
Result<Enum> parse(const std::array<std::string_view, N>& names, std::string_view name, std::string_view what) {
    for (std::size_t i = 0; i < N; ++i) {
        if (names[i] == name) {
            return static_cast<Enum>(i);
        }
    }
    return Error{ErrorCode::InvalidArgument, "'" + printable(name, 40) + "' is not a " + std::string(what)};
}

} // namespace

std::string_view modeName(Mode mode) {
    constexpr std::array<std::string_view, 3> names = {"PRODUCTION", "FALLBACK", "DISABLED"};
    return nameAt(names, static_cast<int>(mode));
}

std::string_view changeKindName(ChangeKind kind) {
    return nameAt(kChangeKinds, static_cast<int>(kind));
}

Result<ChangeKind> parseChangeKind(std::string_view name) {
    return parse<ChangeKind>(kChangeKinds, name, "kind of change");
}

std::string_view recordKindName(RecordKind kind) {
    return nameAt(kRecordKinds, static_cast<int>(kind));
}

Result<RecordKind> parseRecordKind(std::string_view name) {
    return parse<RecordKind>(kRecordKinds, name, "kind of record");
}

std::vector<std::string> recordKindNames() {
    return {kRecordKinds.begin(), kRecordKinds.end()};
}

std::string_view verdictName(Verdict verdict) {
    constexpr std::array<std::string_view, 6> names = {"CANNOT_TELL_YET", "EQUIVALENT", "DIFFERENT",
                                                       "BETTER",          "WORSE",      "CONFLICTING"};
    return nameAt(names, static_cast<int>(verdict));
}

std::string_view legRoleName(LegRole role) {
    constexpr std::array<std::string_view, 3> names = {"production", "fallback", "shadow"};
    return nameAt(names, static_cast<int>(role));
}

std::string_view legOutcomeName(LegOutcome outcome) {
    constexpr std::array<std::string_view, 7> names = {"ok",      "failed",  "late", "not-finite",
                                                       "skipped", "dropped", "lost"};
    return nameAt(names, static_cast<int>(outcome));
}

std::string_view versionStateName(VersionState state) {
    constexpr std::array<std::string_view, 5> names = {"found", "loading", "ready", "skipped", "refused"};
    return nameAt(names, static_cast<int>(state));
}

std::string_view permissionName(Permission permission) {
    constexpr std::array<std::string_view, 8> names = {"infer",         "view",       "view.payload",  "operate.safe",
                                                       "operate.risky", "audit.read", "audit.witness", "work"};
    return nameAt(names, static_cast<int>(permission));
}

Direction directionOf(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Fallback:
    case ChangeKind::Rollback:
    case ChangeKind::ShadowStop:
    case ChangeKind::Disable:
        return Direction::Safe;
    case ChangeKind::Initial:
    case ChangeKind::Restore:
    case ChangeKind::Promote:
    case ChangeKind::ShadowStart:
    case ChangeKind::ShadowMirror:
    case ChangeKind::Enable:
        return Direction::Risky;
    }
    return Direction::Risky;
}

std::string describe(const FallbackStep& step) {
    switch (step.kind) {
    case FallbackKind::Version:
        return "v" + std::to_string(step.version.value);
    case FallbackKind::Constant:
        return "constant";
    case FallbackKind::Refuse:
        return "refuse";
    }
    return "refuse";
}

std::string describe(const Deployment& deployment) {
    std::string text(modeName(deployment.mode));
    text += " v" + std::to_string(deployment.production.value);
    for (const ShadowSpec& shadow : deployment.shadows) {
        text += ", shadow v" + std::to_string(shadow.version.value) + " " + std::to_string(shadow.mirrorPercent) + " %";
    }
    for (std::size_t i = 0; i < deployment.chain.size(); ++i) {
        text += (i == 0 ? ", falls back to " : ", ") + describe(deployment.chain[i]);
    }
    return text;
}

Actor machineActor(std::string_view policy) {
    const std::string name = "machine:" + std::string(policy);
    return {name, name, "local", {}};
}

const Leg* Exchange::find(LegRole role) const {
    for (const Leg& leg : legs) {
        if (leg.role == role) {
            return &leg;
        }
    }
    return nullptr;
}

} // namespace gnomon
