// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/monitor/verdict_rule.h"

namespace gnomon::monitor {

// Whether one version fails on requests that the other one answers. An error is a failed run, an answer that is not
// finite, or a worker that died; lateness and dropped requests depend on what else was going on, so they count as
// coverage and not here. Evidence is thinned in time, because failures come in bursts. Not thread-safe.
class ErrorAspect {
public:
    // The share of requests that one version may fail alone.
    static constexpr double kMargin = 0.001;

    void add(LegOutcome production, LegOutcome shadow, WallTime time);

    const Finding& finding() const { return m_finding; }
    void fill(Comparison& comparison) const;
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    std::uint64_t m_tried = 0; // by both
    std::uint64_t m_productionErrors = 0;
    std::uint64_t m_shadowErrors = 0;

    Thinning m_thinning;
    std::uint64_t m_units = 0;
    std::uint64_t m_shadowAlone = 0; // of units: the shadow failed and production answered
    std::uint64_t m_productionAlone = 0;
    Finding m_finding;
};

} // namespace gnomon::monitor
