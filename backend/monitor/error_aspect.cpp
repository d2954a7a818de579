// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/error_aspect.h"

#include "backend/monitor/words.h"
#include "backend/stats/binomial_evidence.h"

namespace gnomon::monitor {

namespace {

constexpr std::int64_t kLatestTime = std::int64_t{1} << 60; // microseconds; beyond it arithmetic could overflow

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

bool goesOn(const std::optional<WallTime>& lost, LegOutcome outcome, WallTime came) {
    return lost && outcome == LegOutcome::Lost && came >= *lost && came - *lost < ErrorAspect::kOutage;
}

// counted: the request is evidence. answersLater: one that came after it in the same tenth of a second was answered.
std::optional<WallTime> lostAfter(const std::optional<WallTime>& lost, bool counted, LegOutcome outcome,
                                  bool answersLater, WallTime came) {
    if (answersLater || wasAnswered(outcome)) {
        return std::nullopt;
    }
    return counted && outcome == LegOutcome::Lost ? std::optional(came) : lost;
}

void saveTime(ByteWriter& out, const std::optional<WallTime>& time) {
    out.byte(time ? 1 : 0);
    out.signedNumber(time ? time->time_since_epoch().count() : 0);
}

std::optional<WallTime> loadTime(ByteReader& in) {
    const bool known = in.upTo(1) == 1;
    const std::int64_t micros = in.signedNumber();
    if (micros < 0 || micros > kLatestTime) {
        in.fail();
        return std::nullopt;
    }
    return known ? std::optional(WallTime(std::chrono::microseconds(micros))) : std::nullopt;
}

} // namespace

ErrorAspect::ErrorAspect(const EndpointSettings& settings, WallTime started)
    : m_thinning(longestExchange(settings), started) {}

bool ErrorAspect::settle(WallTime now) {
    const std::vector<Unit> settled = m_thinning.settle(now);
    for (const Unit& unit : settled) {
        const bool counts = wasTried(unit.production) && wasTried(unit.shadow) &&
                            !goesOn(m_productionLost, unit.production, unit.came) &&
                            !goesOn(m_shadowLost, unit.shadow, unit.came);
        if (counts) {
            count(unit);
        }
        m_productionLost = lostAfter(m_productionLost, counts, unit.production, unit.productionAnswersLater, unit.came);
        m_shadowLost = lostAfter(m_shadowLost, counts, unit.shadow, unit.shadowAnswersLater, unit.came);
    }
    return !settled.empty();
}

void ErrorAspect::add(LegOutcome production, LegOutcome shadow, WallTime came) {
    if (wasTried(production) && wasTried(shadow)) {
        ++m_tried;
        m_productionErrors += isError(production) ? 1 : 0;
        m_shadowErrors += isError(shadow) ? 1 : 0;
    }
    if (wasStarted(production) && wasStarted(shadow)) {
        m_thinning.add(came, {production, shadow, came});
    }
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
        if (m_thinning.open() > 0) {
            text += "; " + notToldText(m_thinning.open());
        }
    }
    return {"errors", verdict, text};
}

void ErrorAspect::save(ByteWriter& out) const {
    for (const std::uint64_t value :
         {m_tried, m_productionErrors, m_shadowErrors, m_units, m_shadowAlone, m_productionAlone}) {
        out.number(value);
    }
    saveTime(out, m_productionLost);
    saveTime(out, m_shadowLost);
    m_thinning.save(out);
    m_finding.save(out);
}

void ErrorAspect::load(ByteReader& in) {
    for (std::uint64_t* value :
         {&m_tried, &m_productionErrors, &m_shadowErrors, &m_units, &m_shadowAlone, &m_productionAlone}) {
        *value = in.number();
    }
    m_productionLost = loadTime(in);
    m_shadowLost = loadTime(in);
    m_thinning.load(in);
    m_finding = Finding::load(in);
    if (m_units > m_tried || m_productionErrors > m_tried || m_shadowErrors > m_tried || m_shadowAlone > m_units ||
        m_productionAlone > m_units - m_shadowAlone) {
        in.fail();
    }
}

void ErrorAspect::Unit::followedBy(const Unit& later) {
    productionAnswersLater = productionAnswersLater || later.productionAnswersLater || wasAnswered(later.production);
    shadowAnswersLater = shadowAnswersLater || later.shadowAnswersLater || wasAnswered(later.shadow);
}

} // namespace gnomon::monitor
