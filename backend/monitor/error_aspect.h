// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/monitor/thinning.h"
#include "backend/monitor/verdict_rule.h"

#include <optional>

namespace gnomon::monitor {

// Whether one version fails on requests that the other one answers. An error is a failed run, an answer that is not
// finite, or a worker that died; lateness and dropped requests depend on what else was going on, so they count as
// coverage and not here. Evidence is thinned in time, because failures come in bursts, and a worker that is away is one
// event for kOutage, however many requests it misses: after it has counted, what is lost does not until it has answered
// again or that time is over. Not thread-safe.
class ErrorAspect {
public:
    // The share of requests that one version may fail alone.
    static constexpr double kMargin = 0.001;
    // A worker is started again within it, whatever pauses there are: one that is still lost has failed once more.
    static constexpr std::chrono::seconds kOutage{60};

    // started: what came before it is no evidence.
    ErrorAspect(const EndpointSettings& settings, WallTime started);

    // Looks at what can be told by now; true when there was anything. Must come before add() of the same moment.
    bool settle(WallTime now);
    // What came until then is no evidence unless it is settled.
    void startAt(WallTime now) { m_thinning.startAt(now); }
    void add(LegOutcome production, LegOutcome shadow, WallTime came);

    const Finding& finding() const { return m_finding; }
    void fill(Comparison& comparison) const;
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    // A tenth of a second: its first request, and whether a later one was answered.
    struct Unit {
        LegOutcome production = LegOutcome::Ok;
        LegOutcome shadow = LegOutcome::Ok;
        WallTime came{};
        bool productionAnswersLater = false;
        bool shadowAnswersLater = false;

        void followedBy(const Unit& later);
    };
    void count(const Unit& unit);

    std::uint64_t m_tried = 0; // by both
    std::uint64_t m_productionErrors = 0;
    std::uint64_t m_shadowErrors = 0;

    Thinning<Unit> m_thinning;
    std::uint64_t m_units = 0;
    std::uint64_t m_shadowAlone = 0; // of units: the shadow failed and production answered
    std::uint64_t m_productionAlone = 0;
    std::optional<WallTime> m_productionLost; // when it last counted as lost, if it has not answered since
    std::optional<WallTime> m_shadowLost;
    Finding m_finding;
};

} // namespace gnomon::monitor
