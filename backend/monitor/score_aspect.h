// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/version.h"
#include "backend/monitor/score_histogram.h"
#include "backend/monitor/verdict_rule.h"
#include "backend/stats/running_moments.h"

#include <vector>

namespace gnomon::monitor {

// How far the shadow's scores lie from production's, on average over the first pair of each entity. Not thread-safe.
class ScoreAspect {
public:
    explicit ScoreAspect(const EndpointSettings& settings) : m_margin(settings.scoreMargin) {}

    // Both finite.
    void add(double production, double shadow, bool firstOfEntity);
    void look();

    bool any() const { return m_differences.count() > 0; }
    std::uint64_t units() const { return m_differences.count(); }
    double mean() const { return m_differences.mean(); }
    double margin() const { return m_margin; }
    // Of the differences, as if one more as large as it could be had been seen: without it, equal scores on the first
    // hundred entities would pass for certainty.
    double deviation() const;
    double scale() const; // of the confidence sequence
    const Finding& finding() const { return m_finding; }
    Interval interval() const;

    void fill(Comparison& comparison) const;
    std::vector<Bin> bins() const { return m_histogram.bins(); }
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    double m_margin = 0; // constant after construction
    stats::RunningMoments m_differences;
    ScoreHistogram m_histogram;
    Finding m_finding;
};

} // namespace gnomon::monitor
