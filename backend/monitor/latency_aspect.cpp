// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/latency_aspect.h"

#include "backend/monitor/words.h"
#include "backend/stats/binomial_evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace gnomon::monitor {

namespace {

constexpr double kTypicalMargin = 0.5;
constexpr double kTailMargin = 0.01;
constexpr double kMostLate = 0.01; // share of late shadows: with as many, none is called faster
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
    unit.shadow = inSeconds(shadow.latency);
    return unit;
}

// The limit is fixed before the pairs that are judged by it come, so that the test stays valid.
void LatencyAspect::fixTailLimit(WallTime now) {
    m_tailLimit = noticeablyMore(m_production.quantile(0.99));
    m_thinning.startAt(now);
}

void LatencyAspect::countTypical(const Unit& unit) {
    ++m_units;
    if (unit.productionLate) {
        return;
    }
    if (unit.shadowLate) {
        ++m_shadowLate;
        return;
    }
    m_slower += unit.shadow > noticeablyMore(unit.production) ? 1 : 0;
    m_faster += unit.production > noticeablyMore(unit.shadow) ? 1 : 0;
}

void LatencyAspect::countTail(const Unit& unit) {
    if (m_tailLimit == 0) {
        return;
    }
    ++m_tailUnits;
    const bool shadowBeyond = unit.shadowLate || unit.shadow > m_tailLimit;
    if (unit.productionLate) {
        m_productionLate += shadowBeyond ? 0 : 1;
        return;
    }
    const bool productionBeyond = unit.production > m_tailLimit;
    if (shadowBeyond && !productionBeyond) {
        ++(unit.shadowLate ? m_tailShadowLate : m_shadowBeyond);
    }
    m_productionBeyond += productionBeyond && !shadowBeyond ? 1 : 0;
}

// What is not known of a late run must not help either finding.
void LatencyAspect::look() {
    const auto typicalWith = [&](std::uint64_t slower) {
        return verdictOf(stats::leanOf(slower, m_faster, m_units, kTypicalMargin, kAlphaTypicalLatency));
    };
    const auto tailWith = [&](std::uint64_t shadowBeyond, std::uint64_t productionBeyond) {
        return verdictOf(stats::leanOf(shadowBeyond, productionBeyond, m_tailUnits, kTailMargin, kAlphaTailLatency));
    };
    // A shadow that is faster in most requests may still not answer the others.
    const auto answers = [&](double alpha) {
        return stats::sideOfRate(m_shadowLate, m_units, kMostLate, alpha, kMostLate) == stats::Side::Below;
    };
    const auto note = [&](Finding& finding, Verdict verdict) {
        finding.note(verdict, m_units);
        m_finding.note(verdict, m_units);
    };
    if (typicalWith(m_slower) == Verdict::Worse) {
        note(m_typical, Verdict::Worse);
    } else if (typicalWith(m_slower + m_shadowLate) == Verdict::Better && answers(kAlphaTypicalLatency)) {
        note(m_typical, Verdict::Better);
    }
    if (tailWith(m_shadowBeyond, m_productionBeyond + m_productionLate) == Verdict::Worse) {
        note(m_tail, Verdict::Worse);
    } else if (tailWith(m_shadowBeyond + m_tailShadowLate, m_productionBeyond) == Verdict::Better &&
               answers(kAlphaTailLatency)) {
        note(m_tail, Verdict::Better);
    }
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
        return {"latency", Verdict::CannotTellYet, "no request was answered by both, run singly, yet"};
    }
    const auto compared = [&](const char* name, double q) {
        return name + secondsText(m_shadow.quantile(q)) + " against " + secondsText(m_production.quantile(q));
    };
    std::string text = compared("p50 ", 0.5) + compared(", p99 ", 0.99) + " of those answered";
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
        if (m_shadowLate > 0) {
            text +=
                "; the shadow was late in " + share(m_shadowLate, m_units) + " of " + countText(m_units) + " samples";
        }
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
    for (const std::uint64_t value : {m_units, m_slower, m_faster, m_shadowLate, m_tailUnits, m_shadowBeyond,
                                      m_productionBeyond, m_tailShadowLate, m_productionLate}) {
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
    for (std::uint64_t* value : {&m_units, &m_slower, &m_faster, &m_shadowLate, &m_tailUnits, &m_shadowBeyond,
                                 &m_productionBeyond, &m_tailShadowLate, &m_productionLate}) {
        *value = in.number();
    }
    m_tailLimit = in.real();
    for (Finding* finding : {&m_typical, &m_tail, &m_finding}) {
        *finding = Finding::load(in);
    }
    const auto fit = [](std::uint64_t all, std::initializer_list<std::uint64_t> parts) {
        return std::all_of(parts.begin(), parts.end(), [&](std::uint64_t part) {
            const bool fits = part <= all;
            all -= fits ? part : 0;
            return fits;
        });
    };
    if (!std::isfinite(m_tailLimit) || !fit(m_units, {m_slower, m_faster, m_shadowLate}) ||
        !fit(m_tailUnits, {m_shadowBeyond, m_productionBeyond, m_tailShadowLate, m_productionLate})) {
        in.fail();
    }
}

} // namespace gnomon::monitor
