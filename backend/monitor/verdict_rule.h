// SPDX-License-Identifier: GPL-3.0-or-later
// How a verdict is reached. resources/docs/adr/0010-verdict-of-a-comparison.md has the reasons. Private to
// backend/monitor.
//
// The chance of saying anything untrue in one experiment is at most kAlpha, however long it runs and however often
// somebody looks. It is shared out over the aspects, and each aspect uses a test that is valid at all times at once.
#pragma once

#include "backend/base/byte_codec.h"
#include "backend/domain/comparison.h"
#include "backend/domain/exchange.h"
#include "backend/domain/version.h"

#include <chrono>
#include <cstdint>

namespace gnomon::monitor {

inline constexpr double kAlpha = 0.05;
inline constexpr double kAlphaDecisions = 0.02;
inline constexpr double kAlphaScores = 0.01;
inline constexpr double kAlphaErrors = 0.01;
inline constexpr double kAlphaTypicalLatency = 0.005;
inline constexpr double kAlphaTailLatency = 0.005;

// Below this share of pairs among the mirrored requests nothing is said about decisions, scores and latency, for
// what is missing is not missing at random.
inline constexpr double kLeastCoverage = 0.9;

// Different entities that it takes before anything is said about decisions and scores: the first few requests often
// come from one place, whatever their names.
inline constexpr std::uint64_t kLeastUnits = 30;

// What one aspect has found. Findings are kept: one that is contradicted later becomes Conflicting, none is taken back.
class Finding {
public:
    // CannotTellYet changes nothing. units: how many were looked at.
    void note(Verdict found, std::uint64_t units);

    Verdict verdict() const { return m_verdict; }
    std::uint64_t units() const { return m_units; } // when the verdict was reached

    void save(ByteWriter& out) const;
    static Finding load(ByteReader& in);

private:
    Verdict m_verdict = Verdict::CannotTellYet;
    std::uint64_t m_units = 0;
};

struct AspectVerdicts {
    Verdict decisions = Verdict::CannotTellYet;
    Verdict scores = Verdict::CannotTellYet;
    Verdict errors = Verdict::CannotTellYet;
    Verdict latency = Verdict::CannotTellYet;
    bool hasDecisions = false;
    bool hasScores = false;
    bool covered = false; // coverage is at least kLeastCoverage
};

// The verdict on the whole:
//   answers  = decisions and scores: Different if either is, Equivalent if all that there are, else not known yet
//   running  = errors and latency: Better, Worse, both (a conflict) or neither
//   answers \ running   neither          Better           Worse
//   not known           CannotTellYet    CannotTellYet    Worse
//   Equivalent          Equivalent       Better           Conflicting
//   Different           Different        Conflicting      Worse
// An aspect that contradicts itself over time makes the whole Conflicting.
Verdict overallVerdict(const AspectVerdicts& aspects);

// What a shadow has before it is late.
inline constexpr std::chrono::seconds kShadowTime{5};

// From when a request comes until it is told with its shadow's answer: the endpoint's budget, what its shadow has, and
// a second for the queues between them.
inline std::chrono::microseconds longestExchange(const EndpointSettings& settings) {
    return settings.budget + kShadowTime + std::chrono::seconds(1);
}

// Whether it got as far as the version. Known when the request comes: how it ends has no say in it.
inline bool wasStarted(LegOutcome outcome) {
    return outcome != LegOutcome::Skipped && outcome != LegOutcome::Dropped;
}

} // namespace gnomon::monitor
