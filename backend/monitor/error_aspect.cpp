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

bool wasAnswered(LegOutcome outcome) {
    return outcome == LegOutcome::Ok || outcome == LegOutcome::NotFinite;
}

// counts: the request is evidence. answersLater: one that came after it in the same tenth of a second was answered.
bool isAwayAfter(bool away, bool counts, LegOutcome outcome, bool answersLater) {
    return !answersLater && !wasAnswered(outcome) && (away || (counts && outcome == LegOutcome::Lost));
}

} // namespace

ErrorAspect::ErrorAspect(const EndpointSettings& settings, WallTime started)
    : m_thinning(longestExchange(settings), started) {}

void ErrorAspect::settle(WallTime now) {
    for (const Unit& unit : m_thinning.settle(now)) {
        const bool goesOn = (m_productionAway && unit.production == LegOutcome::Lost) ||
                            (m_shadowAway && unit.shadow == LegOutcome::Lost);
        if (!goesOn) {
            count(unit);
        }
        m_productionAway = isAwayAfter(m_productionAway, !goesOn, unit.production, unit.productionAnswersLater);
        m_shadowAway = isAwayAfter(m_shadowAway, !goesOn, unit.shadow, unit.shadowAnswersLater);
    }
}

void ErrorAspect::add(LegOutcome production, LegOutcome shadow, WallTime came) {
    m_productionErrors += isError(production) ? 1 : 0;
    m_shadowErrors += isError(shadow) ? 1 : 0;
    if (!wasTried(production) || !wasTried(shadow)) {
        return;
    }
    ++m_tried;
    m_thinning.add(came, {production, shadow});
}

void ErrorAspect::count(const Unit& unit) {
    ++m_units;
    const bool shadowError = isError(unit.shadow);
    if (isError(unit.production) == shadowError) {
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
    out.byte(m_productionAway ? 1 : 0);
    out.byte(m_shadowAway ? 1 : 0);
    m_thinning.save(out);
    m_finding.save(out);
}

void ErrorAspect::load(ByteReader& in) {
    for (std::uint64_t* value :
         {&m_tried, &m_productionErrors, &m_shadowErrors, &m_units, &m_shadowAlone, &m_productionAlone}) {
        *value = in.number();
    }
    m_productionAway = in.upTo(1) == 1;
    m_shadowAway = in.upTo(1) == 1;
    m_thinning.load(in);
    m_finding = Finding::load(in);
    if (m_units > m_tried || m_shadowAlone > m_units || m_productionAlone > m_units - m_shadowAlone) {
        in.fail();
    }
}

void ErrorAspect::Unit::followedBy(const Unit& later) {
    productionAnswersLater = productionAnswersLater || later.productionAnswersLater || wasAnswered(later.production);
    shadowAnswersLater = shadowAnswersLater || later.shadowAnswersLater || wasAnswered(later.shadow);
}

void ErrorAspect::Unit::save(ByteWriter& out) const {
    out.byte(static_cast<std::uint8_t>(production));
    out.byte(static_cast<std::uint8_t>(shadow));
    out.byte(productionAnswersLater ? 1 : 0);
    out.byte(shadowAnswersLater ? 1 : 0);
}

ErrorAspect::Unit ErrorAspect::Unit::load(ByteReader& in) {
    Unit unit;
    unit.production = static_cast<LegOutcome>(in.upTo(static_cast<unsigned>(LegOutcome::Lost)));
    unit.shadow = static_cast<LegOutcome>(in.upTo(static_cast<unsigned>(LegOutcome::Lost)));
    unit.productionAnswersLater = in.upTo(1) == 1;
    unit.shadowAnswersLater = in.upTo(1) == 1;
    return unit;
}

} // namespace gnomon::monitor
