// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/deployment.h"
#include "backend/domain/ids.h"
#include "backend/domain/tensor.h"
#include "backend/domain/trace_context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon {

enum class LegRole { Production, Fallback, Shadow };
std::string_view legRoleName(LegRole role); // "production", "fallback", "shadow"

// How one version's attempt ended. Skipped: it was not asked, for too many of its runs failed or its worker was away.
// Dropped: the queue was full and it was never tried. Lost: its worker died under it.
enum class LegOutcome { Ok, Failed, Late, NotFinite, Skipped, Dropped, Lost };
std::string_view legOutcomeName(LegOutcome outcome);
inline constexpr std::size_t kLegOutcomes = 7;

// One version's part in an exchange.
struct Leg {
    LegRole role = LegRole::Production;
    FallbackKind kind = FallbackKind::Version; // Constant or Refuse for the end of a chain
    VersionNumber version;
    Digest digest;
    LegOutcome outcome = LegOutcome::Ok;
    std::optional<double> score;
    std::string decision; // empty when there is none
    std::chrono::nanoseconds latency{0};
    bool single = true; // run alone, so that its latency compares fairly (shadows may run in batches)
    std::string error;  // printable; empty when Ok

    bool operator==(const Leg&) const = default;
};

// One request with everything that answered it. Immutable once observed.
struct Exchange {
    ExchangeId id;
    WallTime time;
    EndpointName endpoint;
    GenerationNumber generation;
    std::string caller; // SPIFFE id
    std::string tenant;
    std::string requestId; // the protocol's id field, printable
    std::string cluster;   // entity or minute that this belongs to
    std::string servedBy;  // gnomon_served_by of the reply: "production", "fallback", "constant", "refuse"; "version"
                           // for a call that named its version
    std::string reason;    // why a substitution happened; empty when none did
    bool answered = true;  // false: the caller got an error
    std::optional<double> anomaly; // what the screen said; absent: no opinion
    std::vector<Leg> legs;         // in the order tried; shadows last. Of a batch, each tells the first row
    bool mirrored = false;         // at least one shadow was meant to see it
    std::string traceParent{};     // W3C: the caller's trace, and this node's step in it; empty when there is none

    const Leg* find(LegRole role) const;
    bool operator==(const Exchange&) const = default;
};

// What was asked and what each version answered; kept apart from the row, sampled, erasable.
struct ExchangePayload {
    std::vector<Tensor> inputs;
    std::vector<std::pair<std::string, std::vector<Tensor>>> outputs; // "v1" -> tensors

    bool operator==(const ExchangePayload&) const = default;
};

// What the pipeline hands to observers: the row, and views on the payload that keep it alive.
struct Observation {
    Exchange exchange;
    TensorSet inputs;
    std::vector<std::pair<VersionNumber, TensorSet>> outputs;
    // Deployed when it was asked, in the deployment's order, whether they were shown it or not.
    std::vector<VersionNumber> shadows{};
    std::shared_ptr<const TraceContext> trace{}; // of the exchange; null: none
};

// Of the tensors that it keeps alive.
inline std::size_t byteCount(const Observation& observation) {
    std::size_t bytes = byteCount(observation.inputs);
    for (const auto& [version, tensors] : observation.outputs) {
        bytes += byteCount(tensors);
    }
    return bytes;
}

// One recorded exchange by how much its versions disagree. Used by lists and by the pair view.
struct ExchangeFilter {
    EndpointName endpoint; // required
    std::optional<ExperimentId> experiment;
    std::optional<std::string> productionDecision;
    std::optional<std::string> shadowDecision;
    std::optional<WallTime> from;
    std::optional<WallTime> until;
    bool onlyDisagreeing = false;
    bool mostDisagreeingFirst = false; // else newest first
    std::size_t pageSize = 100;        // 1..1000
    std::string pageToken;             // opaque; empty: the first page
};

struct ExchangePage {
    std::vector<Exchange> exchanges;
    std::string nextPageToken; // empty: no more
};

} // namespace gnomon
