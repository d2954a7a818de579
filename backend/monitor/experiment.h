// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/comparison.h"
#include "backend/domain/exchange.h"
#include "backend/domain/version.h"
#include "backend/monitor/decision_aspect.h"
#include "backend/monitor/entity_set.h"
#include "backend/monitor/error_aspect.h"
#include "backend/monitor/latency_aspect.h"
#include "backend/monitor/score_aspect.h"
#include "backend/monitor/time_line.h"

#include <optional>

namespace gnomon::monitor {

// The two artifacts that an experiment compares.
struct VersionPair {
    VersionNumber production;
    Digest productionDigest;
    VersionNumber shadow;
    Digest shadowDigest;

    bool operator==(const VersionPair&) const = default;
};

// One declared comparison, from the first exchange to the last. What the verdict depends on (margins, budget, names of
// the decisions) is fixed when it starts. Memory is bounded whatever the traffic. Not thread-safe.
class Experiment {
public:
    // number: of the endpoint's experiments, so that each has an id of its own.
    Experiment(EndpointSettings settings, VersionPair pair, GenerationNumber generation, WallTime started,
               std::uint64_t number);

    // A request that was not mirrored, or that production was not asked for. now: when it is told, by the clock of its
    // time.
    void addRequest(WallTime time, WallTime now);
    // A mirrored request. The legs are of this experiment's versions.
    void addMirrored(const Observation& observation, const Leg& production, const Leg& shadow, WallTime now);

    // Looks at the evidence that can be told by now; true when there was any.
    bool settle(WallTime now);
    // What came until then is no evidence about errors and latency unless it is settled.
    void takeEvidenceFrom(WallTime now);
    // Nothing is added after it.
    void stop(WallTime time);
    const VersionPair& pair() const { return m_pair; }
    // The newest generation that was seen to ask for this pair.
    GenerationNumber generation() const { return m_generation; }
    void seenIn(GenerationNumber generation);
    // Whether these settings would lead to the same verdicts; if not, a new experiment is due.
    bool isDeclaredLike(const EndpointSettings& settings) const;

    // whole: with buckets, bins, transitions and latencies.
    Comparison snapshot(WallTime asOf, bool whole) const;

    void save(ByteWriter& out) const;
    static Experiment load(const EndpointName& endpoint, ByteReader& in);

private:
    void advanceTo(WallTime time, WallTime now);
    bool covered() const;
    // Whether decisions are declared, or come in anyway.
    bool decides() const;
    Standing standing() const;
    AspectVerdicts verdicts() const;
    std::optional<std::uint64_t> pairsToVerdict() const;
    std::vector<VerdictReason> reasons() const;
    VerdictReason coverageReason() const;

    // Constant after construction.
    EndpointSettings m_settings;
    VersionPair m_pair;
    WallTime m_started;
    ExperimentId m_id;

    GenerationNumber m_generation;
    std::optional<WallTime> m_stopped;
    Coverage m_coverage;
    EntitySet m_entities;
    std::uint64_t m_units = 0; // pairs that were the first of their entity
    double m_freshness = 1;    // the recent share of such pairs
    DecisionAspect m_decisions;
    ScoreAspect m_scores;
    ErrorAspect m_errors;
    LatencyAspect m_latency;
    TimeLine m_timeLine;
};

} // namespace gnomon::monitor
