// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/score_aspect.h"

#include "backend/monitor/words.h"
#include "backend/stats/mean_sequence.h"

#include <cmath>

namespace gnomon::monitor {

namespace {

// The number of entities at which the interval is to be tightest.
constexpr std::uint64_t kTunedFor = 2000;

} // namespace

void ScoreAspect::add(double production, double shadow, bool firstOfEntity) {
    m_histogram.add(production, shadow);
    if (firstOfEntity) {
        m_differences.add(shadow - production);
    }
}

double ScoreAspect::deviation() const {
    const double largest = m_histogram.span();
    return std::sqrt((m_differences.sumOfSquares() + largest * largest) /
                     std::max(1.0, static_cast<double>(m_differences.count())));
}

double ScoreAspect::scale() const {
    static const double scale = stats::meanScaleFor(kTunedFor, kAlphaScores);
    return scale;
}

Interval ScoreAspect::interval() const {
    // Wider than anything that can be drawn or reached, but finite: nothing is known yet.
    const double half = units() < stats::kMeanFirstUse
                            ? m_histogram.span()
                            : stats::meanHalfWidth(units(), deviation(), kAlphaScores, scale());
    return {mean() - half, mean() + half};
}

void ScoreAspect::look() {
    if (units() < stats::kMeanFirstUse) {
        return;
    }
    const double half = stats::meanHalfWidth(units(), deviation(), kAlphaScores, scale());
    const double distance = std::abs(mean());
    if (distance + half < m_margin) {
        m_finding.note(Verdict::Equivalent, units());
    } else if (distance - half > m_margin) {
        m_finding.note(Verdict::Different, units());
    }
}

void ScoreAspect::fill(Comparison& comparison) const {
    comparison.hasScores = any();
    if (any()) {
        comparison.meanDifference = mean();
        comparison.meanDifferenceInterval = interval();
    }
}

VerdictReason ScoreAspect::reason() const {
    std::string text = "scores differ by " + signedText(mean()) + " on average";
    if (units() < stats::kMeanFirstUse) {
        text += "; an interval takes " + countText(stats::kMeanFirstUse) + " different requests, so far there are " +
                countText(units());
        return {"scores", m_finding.verdict(), text};
    }
    const Interval bounds = interval();
    text += " (" + signedText(bounds.low) + " to " + signedText(bounds.high) + "), margin " + plainText(m_margin);
    if (m_finding.verdict() == Verdict::Conflicting) {
        text += "; this contradicts what was found before: the traffic has changed";
    } else if (m_finding.verdict() != Verdict::CannotTellYet) {
        text += "; settled after " + countText(m_finding.units()) + " different requests";
    }
    return {"scores", m_finding.verdict(), text};
}

void ScoreAspect::save(ByteWriter& out) const {
    m_differences.save(out);
    m_histogram.save(out);
    m_finding.save(out);
}

void ScoreAspect::load(ByteReader& in) {
    m_differences = stats::RunningMoments::load(in);
    m_histogram = ScoreHistogram::load(in);
    m_finding = Finding::load(in);
}

} // namespace gnomon::monitor
