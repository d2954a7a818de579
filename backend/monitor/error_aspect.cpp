// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/error_aspect.h"

#include "backend/monitor/words.h"
#include "backend/stats/binomial_evidence.h"

namespace gnomon::monitor {

namespace {

bool isError(LegOutcome outcome) {
    switch (outcome) {
    case LegOutcome::Failed:
    case LegOutcome::NotFinite:
    case LegOutcome::Lost:
        return true;
    case LegOutcome::Ok:
    case LegOutcome::Late:
    case LegOutcome::Skipped:
    case LegOutcome::Dropped:
        return false;
    }
    return false;
}

bool wasTried(LegOutcome outcome) {
    return outcome == LegOutcome::Ok || isError(outcome);
}

} // namespace

void ErrorAspect::add(LegOutcome production, LegOutcome shadow, WallTime time) {
    const bool productionError = isError(production);
    const bool shadowError = isError(shadow);
    m_productionErrors += productionError ? 1 : 0;
    m_shadowErrors += shadowError ? 1 : 0;
    if (!wasTried(production) || !wasTried(shadow)) {
        return;
    }
    ++m_tried;
    if (!m_thinning.passes(time)) {
        return;
    }
    ++m_units;
    if (productionError == shadowError) {
        return;
    }
    ++(shadowError ? m_shadowAlone : m_productionAlone);
    switch (stats::leanOf(m_shadowAlone, m_productionAlone, m_units, kMargin, kAlphaErrors)) {
    case stats::Lean::First:
        m_finding.note(Verdict::Worse, m_units);
        return;
    case stats::Lean::Second:
        m_finding.note(Verdict::Better, m_units);
        return;
    case stats::Lean::Neither:
        return;
    }
}

void ErrorAspect::fill(Comparison& comparison) const {
    comparison.productionErrors = m_productionErrors;
    comparison.shadowErrors = m_shadowErrors;
}

VerdictReason ErrorAspect::reason() const {
    std::string text = "the shadow failed " + countText(m_shadowErrors) + " and production " +
                       countText(m_productionErrors) + " of " + countText(m_tried) + " requests that both tried";
    const Verdict verdict = m_finding.verdict();
    if (verdict == Verdict::Worse || verdict == Verdict::Better) {
        const bool worse = verdict == Verdict::Worse;
        const std::uint64_t alone = worse ? m_shadowAlone : m_productionAlone;
        const stats::Bounds bounds = stats::rateBounds(alone, m_units, kAlphaErrors);
        text += std::string("; ") + (worse ? "the shadow" : "production") + " fails alone in " +
                percentRange(static_cast<double>(alone) / static_cast<double>(m_units), bounds.low, bounds.high) +
                ", margin " + percentText(kMargin);
    } else if (verdict == Verdict::Conflicting) {
        text += "; first one failed more often, then the other";
    } else if (m_shadowErrors + m_productionErrors > 0) {
        text += "; too few to tell which fails more often";
    }
    return {"errors", verdict, text};
}

void ErrorAspect::save(ByteWriter& out) const {
    for (const std::uint64_t value :
         {m_tried, m_productionErrors, m_shadowErrors, m_units, m_shadowAlone, m_productionAlone}) {
        out.number(value);
    }
    m_thinning.save(out);
    m_finding.save(out);
}

void ErrorAspect::load(ByteReader& in) {
    for (std::uint64_t* value :
         {&m_tried, &m_productionErrors, &m_shadowErrors, &m_units, &m_shadowAlone, &m_productionAlone}) {
        *value = in.number();
    }
    m_thinning = Thinning::load(in);
    m_finding = Finding::load(in);
    if (m_units > m_tried || m_shadowAlone > m_units || m_productionAlone > m_units - m_shadowAlone) {
        in.fail();
    }
}

} // namespace gnomon::monitor
