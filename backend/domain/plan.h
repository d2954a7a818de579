// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/deployment.h"
#include "backend/domain/ids.h"
#include "backend/domain/identity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnomon {

// What somebody asks for, before it was looked at.
struct ChangeRequest {
    ChangeKind kind = ChangeKind::Fallback;
    EndpointName endpoint;
    std::optional<VersionNumber> version;         // Promote, ShadowStart, ShadowStop, ShadowMirror
    std::optional<int> mirrorPercent;             // ShadowStart, ShadowMirror
    std::optional<GenerationNumber> toGeneration; // Rollback; absent: rollbackTarget()
    std::string reason;                           // required in the risky direction
    bool skipDryRun = false;                      // an emergency; the preview then says so

    bool operator==(const ChangeRequest&) const = default;
};

// Whether the answer to an execution says for sure that nothing was done: what a node checks before it begins. Whatever
// else comes may have been lost or made on the way, and the change may be in force.
constexpr bool isRefusal(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::AlreadyExists:
    case ErrorCode::FailedPrecondition:
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unimplemented:
        return true;
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Unauthenticated:
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::Cancelled:
    case ErrorCode::Corrupt:
    case ErrorCode::Internal:
        return false;
    }
    return false;
}

// Whether the answer to watching an effect says that the generation, though made, is not in force any more.
constexpr bool isReplaced(ErrorCode code) {
    return code == ErrorCode::FailedPrecondition || code == ErrorCode::NotFound;
}

// One endpoint of one node that a plan moves.
struct PlanTarget {
    NodeId node;
    EndpointName endpoint;
    GenerationNumber base;
    Deployment result;
    std::vector<std::pair<VersionNumber, Digest>> versions; // every version that result names

    bool operator==(const PlanTarget&) const = default;
};

// A previewed change. Its digest is SHA-256 over the canonical encoding of every field (backend/proof).
struct Plan {
    std::string id; // 32 random hex digits
    std::string fleet;
    std::string environment;
    ChangeKind kind = ChangeKind::Fallback;
    std::vector<PlanTarget> targets;
    Digest policy;
    Actor requester;
    std::string reason;
    WallTime notBefore;
    WallTime approveBy;
    WallTime applyBy;

    bool operator==(const Plan&) const = default;
};

// How recorded requests would have been answered. All counts are of recorded exchanges.
struct DryRun {
    bool skipped = false;
    std::string skippedBecause; // "asked for", "no recorded exchanges", ...
    std::uint32_t replayed = 0;
    std::uint32_t failed = 0;
    std::uint32_t decisionsChanged = 0;
    std::vector<std::pair<std::string, std::uint32_t>> flips; // "spam -> ham" -> count
    double meanScoreDifference = 0;
    std::chrono::milliseconds took{0};
    bool cutShort = false; // the time was up before all were replayed

    bool operator==(const DryRun&) const = default;
};

struct FieldChange {
    std::string field;
    std::string before;
    std::string after;

    bool operator==(const FieldChange&) const = default;
};

// What planning shows: exactly what would be done, and what it would touch.
struct PlanPreview {
    Plan plan;
    PlanDigest digest;
    Direction direction = Direction::Safe;
    Deployment before;
    std::vector<FieldChange> changes;
    std::vector<std::string> notes; // "v3 was never production on this node", ...
    double requestsPerSecond = 0;   // of the last minute
    DryRun dryRun;

    bool operator==(const PlanPreview&) const = default;
};

struct ExecuteRequest {
    PlanDigest digest;
    RequestId requestId;       // the same id again gives the same answer and does nothing
    std::string reason;        // may be given now where the plan had none
    std::string traceParent{}; // W3C, of the call: for the records of the change; empty: none
    // What the plan is taken for; nothing is done when it is for something else. Absent: whatever it is for.
    std::optional<ChangeKind> expectedKind{};
    std::optional<EndpointName> expectedEndpoint{};
    std::optional<VersionNumber> expectedVersion{}; // the one that the planned change names

    bool operator==(const ExecuteRequest&) const = default;
};

// The change is in force on this node when this is returned. intent and outcome are its audit records.
struct ChangeOutcome {
    PlanDigest digest;
    Generation generation;
    Seq intent;
    std::optional<Seq> outcome; // absent: it could not be written yet; the node does so as soon as it can

    bool operator==(const ChangeOutcome&) const = default;
};

// Proof that a change took effect: the first reply of the new generation and the last of the old one drained.
struct EffectProof {
    NodeId node;
    EndpointName endpoint;
    GenerationNumber generation;
    bool complete = false;
    std::string firstExchange; // id of the first reply of the new generation; empty while there is none
    std::string servedBy;
    WallTime firstReply;
    bool byProbe = false; // there was no traffic; a recorded row was sent through the pipeline
    std::uint64_t oldInFlight = 0;
    std::optional<Seq> record;

    bool operator==(const EffectProof&) const = default;
};

// What answered a request, for "which version said that?".
struct AnswerTrace {
    std::string exchange;
    WallTime time;
    EndpointName endpoint;
    GenerationNumber generation;
    std::string servedBy;
    std::string version;
    std::string reason;

    bool operator==(const AnswerTrace&) const = default;
};

} // namespace gnomon
