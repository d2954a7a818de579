// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnomon {

// design.md section 1. Better and Worse only ever come from errors, latency and labelled outcomes.
enum class Verdict { CannotTellYet, Equivalent, Different, Better, Worse, Conflicting };
std::string_view verdictName(Verdict verdict); // "CANNOT_TELL_YET", ...

struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval&) const = default;
};

// Where the pairs went. requests = everything the endpoint answered while the experiment ran.
struct Coverage {
    std::uint64_t requests = 0;
    std::uint64_t mirrored = 0; // meant for the shadow
    std::uint64_t matched = 0;  // both answered: the pairs
    std::uint64_t dropped = 0;  // queue full
    std::uint64_t failed = 0;   // the shadow answered with an error or not finite
    std::uint64_t late = 0;
    std::uint64_t lost = 0;             // its worker died
    std::uint64_t productionFailed = 0; // mirrored, but production itself did not answer

    Coverage& operator+=(const Coverage& more) {
        requests += more.requests;
        mirrored += more.mirrored;
        matched += more.matched;
        dropped += more.dropped;
        failed += more.failed;
        late += more.late;
        lost += more.lost;
        productionFailed += more.productionFailed;
        return *this;
    }
    bool operator==(const Coverage&) const = default;
};

struct LatencyPoint {
    double quantile = 0; // 0..1
    double seconds = 0;

    bool operator==(const LatencyPoint&) const = default;
};

struct Bin {
    double low = 0;
    double high = 0;
    std::uint64_t production = 0;
    std::uint64_t shadow = 0;

    bool operator==(const Bin&) const = default;
};

struct TransitionCell {
    std::string production;
    std::string shadow;
    std::uint64_t count = 0;

    bool operator==(const TransitionCell&) const = default;
};

// Requests of one stretch of time.
struct TimeBucket {
    WallTime start;
    std::chrono::seconds length{0};
    Coverage coverage;
    std::uint64_t agreeing = 0;
    double agreementSoFar = 0;  // over the experiment up to the end of this bucket
    Interval agreementInterval; // always-valid, up to the end of this bucket
    double meanDifferenceSoFar = 0;
    Interval meanDifferenceInterval;

    bool operator==(const TimeBucket&) const = default;
};

// One reason in words with the rule that produced it, for the verdict line and its "Why?".
struct VerdictReason {
    std::string aspect; // "decisions", "scores", "latency", "errors", "coverage"
    Verdict verdict = Verdict::CannotTellYet;
    std::string text; // "3.9 % (3.7 to 4.1) of 9 000 distinct requests differ, margin 0.5 %"

    bool operator==(const VerdictReason&) const = default;
};

// Everything known of one experiment. Facts; the console formats.
struct Comparison {
    ExperimentId experiment;
    EndpointName endpoint;
    VersionNumber production;
    VersionNumber shadow;
    WallTime started;
    std::optional<WallTime> stopped;
    WallTime asOf;
    double alpha = 0.05;
    double margin = 0; // delta on decisions
    double scoreMargin = 0;

    Verdict verdict = Verdict::CannotTellYet;
    std::vector<VerdictReason> reasons;
    std::optional<std::uint64_t> pairsToVerdict; // about how many more; absent when unknown or decided

    Coverage coverage;
    std::uint64_t clusters = 0; // effective n
    std::uint64_t agreeing = 0;
    bool noDecisions = false; // endpoint.toml declares none: what follows on agreement and flips says nothing
    double agreement = 0;     // agreeing / matched
    Interval agreementInterval;
    double agreementMissingDisagree = 0; // the same with every missing pair counted as disagreement
    double flipEvidence = 0;             // log10 of the e-value that flips are one-sided
    std::uint64_t flipsToPositive = 0;
    std::uint64_t flipsToNegative = 0;
    double meanDifference = 0; // shadow - production
    Interval meanDifferenceInterval;
    bool hasScores = false;

    std::vector<TransitionCell> transitions;
    std::vector<LatencyPoint> productionLatency; // 0.5 0.9 0.99 0.999
    std::vector<LatencyPoint> shadowLatency;     // singly run only
    std::uint64_t productionErrors = 0;
    std::uint64_t shadowErrors = 0;
    std::vector<Bin> scores; // equal-width bins over the common range
    std::vector<TimeBucket> buckets;

    bool operator==(const Comparison&) const = default;
};

} // namespace gnomon
