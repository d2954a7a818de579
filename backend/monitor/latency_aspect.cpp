// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/latency_aspect.h"

#include "backend/monitor/words.h"
#include "backend/stats/binomial_evidence.h"

#include <array>
#include <cmath>

namespace gnomon::monitor {

namespace {

constexpr double kTypicalMargin = 0.5;
constexpr double kTailMargin = 0.01;
constexpr std::array kQuantiles = {0.5, 0.9, 0.99, 0.999};

double inSeconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double>(duration).count();
}

// first: the shadow is slower.
Verdict verdictOf(stats::Lean lean) {
    switch (lean) {
    case stats::Lean::First:
        return Verdict::Worse;
    case stats::Lean::Second:
        return Verdict::Better;
    case stats::Lean::Neither:
        return Verdict::CannotTellYet;
    }
    return Verdict::CannotTellYet;
}

} // namespace

LatencyAspect::LatencyAspect(const EndpointSettings& settings, WallTime started)
    : m_slack(inSeconds(settings.budget) * kNoticeableShareOfBudget), m_thinning(longestExchange(settings), started) {}

bool LatencyAspect::settle(WallTime now, bool covered) {
    const std::vector<Unit> settled = m_thinning.settle(now);
    for (const Unit& unit : settled) {
        if (!unit.known) {
            continue;
        }
        countTypical(unit);
        countTail(unit);
        if (covered) {
            look();
        }
    }
    return !settled.empty();
}

void LatencyAspect::add(const Leg& production, const Leg& shadow, WallTime came, WallTime now) {
    const bool single = production.single && shadow.single;
    if (single && wasStarted(production.outcome) && wasStarted(shadow.outcome)) {
        m_thinning.add(came, unitOf(production, shadow));
    }
    if (production.outcome != LegOutcome::Ok || shadow.outcome != LegOutcome::Ok) {
        return;
    }
    if (single) {
        m_shadow.add(inSeconds(shadow.latency));
    }
    m_production.add(inSeconds(production.latency));
    if (m_tailLimit == 0 && m_production.count() >= kTailAfter) {
        fixTailLimit(now);
    }
}

LatencyAspect::Unit LatencyAspect::unitOf(const Leg& production, const Leg& shadow) {
    const auto answeredOrLate = [](const Leg& leg) {
        return leg.outcome == LegOutcome::Ok || leg.outcome == LegOutcome::Late;
    };
    Unit unit;
    unit.known = answeredOrLate(production) && answeredOrLate(shadow);
    unit.productionLate = production.outcome == LegOutcome::Late;
    unit.shadowLate = shadow.outcome == LegOutcome::Late;
    unit.production = inSeconds(production.latency);
    // Nobody measures a shadow that does not answer.
    unit.shadow = inSeconds(unit.shadowLate && shadow.latency.count() == 0 ? kShadowTime : shadow.latency);
    return unit;
}

// The limit is fixed before the pairs that are judged by it come, so that the test stays valid.
void LatencyAspect::fixTailLimit(WallTime now) {
    m_tailLimit = noticeablyMore(m_production.quantile(0.99));
    m_thinning.startAt(now);
}

void LatencyAspect::countTypical(const Unit& unit) {
    ++m_units;
    m_slower += !unit.productionLate && unit.shadow > noticeablyMore(unit.production) ? 1 : 0;
    m_faster += !unit.productionLate && !unit.shadowLate && unit.production > noticeablyMore(unit.shadow) ? 1 : 0;
}

void LatencyAspect::countTail(const Unit& unit) {
    if (m_tailLimit == 0) {
        return;
    }
    ++m_tailUnits;
    const bool shadowBeyond = unit.shadow > m_tailLimit;
    if (unit.productionLate) {
        m_productionLate += shadowBeyond ? 0 : 1;
        return;
    }
    const bool productionBeyond = unit.production > m_tailLimit;
    m_shadowBeyond += shadowBeyond && !productionBeyond ? 1 : 0;
    m_productionBeyond += productionBeyond && !shadowBeyond && !unit.shadowLate ? 1 : 0;
}

void LatencyAspect::look() {
    const Verdict typical = verdictOf(stats::leanOf(m_slower, m_faster, m_units, kTypicalMargin, kAlphaTypicalLatency));
    const auto tailWith = [&](std::uint64_t productionBeyond) {
        return verdictOf(stats::leanOf(m_shadowBeyond, productionBeyond, m_tailUnits, kTailMargin, kAlphaTailLatency));
    };
    // What is not known of a late production must not help either finding.
    const bool worse = tailWith(m_productionBeyond + m_productionLate) == Verdict::Worse;
    const bool better = tailWith(m_productionBeyond) == Verdict::Better;
    const Verdict tail = worse ? Verdict::Worse : better ? Verdict::Better : Verdict::CannotTellYet;
    m_typical.note(typical, m_units);
    m_tail.note(tail, m_units);
    m_finding.note(typical, m_units);
    m_finding.note(tail, m_units);
}

std::vector<LatencyPoint> LatencyAspect::points(const stats::LogSketch& sketch) {
    std::vector<LatencyPoint> points;
    if (sketch.count() > 0) {
        for (const double q : kQuantiles) {
            points.push_back({q, sketch.quantile(q)});
        }
    }
    return points;
}

VerdictReason LatencyAspect::reason() const {
    if (m_shadow.count() == 0) {
        return {"latency", Verdict::CannotTellYet, "no request was run singly by both yet"};
    }
    const auto compared = [&](const char* name, double q) {
        return name + secondsText(m_shadow.quantile(q)) + " against " + secondsText(m_production.quantile(q));
    };
    std::string text = compared("latency p50 ", 0.5) + compared(", p99 ", 0.99);
    const auto share = [](std::uint64_t count, std::uint64_t n) {
        return percentText(static_cast<double>(count) / static_cast<double>(n));
    };
    if (m_typical.verdict() == Verdict::Worse) {
        text += "; noticeably slower in " + share(m_slower, m_units) + " of " + countText(m_units) + " samples";
    } else if (m_typical.verdict() == Verdict::Better) {
        text += "; noticeably faster in " + share(m_faster, m_units) + " of " + countText(m_units) + " samples";
    }
    if (m_tail.verdict() == Verdict::Worse) {
        text += "; beyond " + secondsText(m_tailLimit) + " where production is not in " +
                share(m_shadowBeyond, m_tailUnits) + " of " + countText(m_tailUnits) + " samples";
    } else if (m_tail.verdict() == Verdict::Better) {
        text += "; production is beyond " + secondsText(m_tailLimit) + " where the shadow is not in " +
                share(m_productionBeyond, m_tailUnits) + " of " + countText(m_tailUnits) + " samples";
    }
    if (m_finding.verdict() == Verdict::Conflicting) {
        text += "; the findings contradict each other";
    } else if (m_finding.verdict() == Verdict::CannotTellYet) {
        text += "; no noticeable difference shown (one is more than a quarter and " + secondsText(m_slack) + ")";
        if (m_thinning.open() > 0) {
            text += "; " + notToldText(m_thinning.open());
        }
    }
    return {"latency", m_finding.verdict(), text};
}

void LatencyAspect::save(ByteWriter& out) const {
    m_production.save(out);
    m_shadow.save(out);
    m_thinning.save(out);
    for (const std::uint64_t value :
         {m_units, m_slower, m_faster, m_tailUnits, m_shadowBeyond, m_productionBeyond, m_productionLate}) {
        out.number(value);
    }
    out.real(m_tailLimit);
    for (const Finding* finding : {&m_typical, &m_tail, &m_finding}) {
        finding->save(out);
    }
}

void LatencyAspect::load(ByteReader& in) {
    m_production = stats::LogSketch::load(in);
    m_shadow = stats::LogSketch::load(in);
    m_thinning.load(in);
    for (std::uint64_t* value :
         {&m_units, &m_slower, &m_faster, &m_tailUnits, &m_shadowBeyond, &m_productionBeyond, &m_productionLate}) {
        *value = in.number();
    }
    m_tailLimit = in.real();
    for (Finding* finding : {&m_typical, &m_tail, &m_finding}) {
        *finding = Finding::load(in);
    }
    if (!std::isfinite(m_tailLimit) || m_slower > m_units || m_faster > m_units - m_slower ||
        m_shadowBeyond > m_tailUnits || m_productionBeyond > m_tailUnits - m_shadowBeyond ||
        m_productionLate > m_tailUnits - m_shadowBeyond - m_productionBeyond) {
        in.fail();
    }
}

} // namespace gnomon::monitor
