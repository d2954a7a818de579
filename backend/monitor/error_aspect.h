// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/monitor/thinning.h"
#include "backend/monitor/verdict_rule.h"

#include <optional>

namespace gnomon::monitor {

// Whether one version fails on requests that the other one answers. An error is a failed run, an answer that is not
// finite, or a worker that died of it; lateness, dropped requests and a worker that is away depend on what else was
// going on, so they count as coverage and not here. Evidence is thinned in time, because failures come in bursts, and a
// death is one event for kOutage, however many runs it takes along: after it has counted, what is lost does not until
// the version has answered again or that time is over. Not thread-safe.
class ErrorAspect {
public:
    // The share of requests that one version may fail alone.
    static constexpr double kMargin = 0.001;
    // A worker is started again within it, whatever pauses there are: a run that is lost then died with another one.
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

    std::uint64_t m_tried = 0; // by both; of these:
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
