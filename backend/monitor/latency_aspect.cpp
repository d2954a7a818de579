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

void LatencyAspect::settle(WallTime now, bool covered) {
    for (const Unit& unit : m_thinning.settle(now)) {
        countTypical(unit);
        countTail(unit);
        if (covered) {
            look();
        }
    }
}

void LatencyAspect::add(std::chrono::nanoseconds production, std::chrono::nanoseconds shadow, bool single,
                        WallTime came, WallTime now) {
    const double productionSeconds = inSeconds(production);
    const double shadowSeconds = inSeconds(shadow);
    if (single) {
        m_shadow.add(shadowSeconds);
        m_thinning.add(came, {productionSeconds, shadowSeconds});
    }
    m_production.add(productionSeconds);
    if (m_tailLimit == 0 && m_production.count() >= kTailAfter) {
        fixTailLimit(now);
    }
}

// The limit is fixed before the pairs that are judged by it come, so that the test stays valid.
void LatencyAspect::fixTailLimit(WallTime now) {
    m_tailLimit = noticeablyMore(m_production.quantile(0.99));
    m_thinning.startAt(now);
}

void LatencyAspect::countTypical(const Unit& unit) {
    ++m_units;
    m_slower += unit.shadow > noticeablyMore(unit.production) ? 1 : 0;
    m_faster += unit.production > noticeablyMore(unit.shadow) ? 1 : 0;
}

void LatencyAspect::countTail(const Unit& unit) {
    if (m_tailLimit == 0) {
        return;
    }
    ++m_tailUnits;
    m_shadowBeyond += unit.shadow > m_tailLimit && unit.production <= m_tailLimit ? 1 : 0;
    m_productionBeyond += unit.production > m_tailLimit && unit.shadow <= m_tailLimit ? 1 : 0;
}

void LatencyAspect::look() {
    const Verdict typical = verdictOf(stats::leanOf(m_slower, m_faster, m_units, kTypicalMargin, kAlphaTypicalLatency));
    const Verdict tail =
        verdictOf(stats::leanOf(m_shadowBeyond, m_productionBeyond, m_tailUnits, kTailMargin, kAlphaTailLatency));
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
    }
    return {"latency", m_finding.verdict(), text};
}

void LatencyAspect::save(ByteWriter& out) const {
    m_production.save(out);
    m_shadow.save(out);
    m_thinning.save(out);
    for (const std::uint64_t value : {m_units, m_slower, m_faster, m_tailUnits, m_shadowBeyond, m_productionBeyond}) {
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
    for (std::uint64_t* value : {&m_units, &m_slower, &m_faster, &m_tailUnits, &m_shadowBeyond, &m_productionBeyond}) {
        *value = in.number();
    }
    m_tailLimit = in.real();
    for (Finding* finding : {&m_typical, &m_tail, &m_finding}) {
        *finding = Finding::load(in);
    }
    if (!std::isfinite(m_tailLimit) || m_slower > m_units || m_faster > m_units - m_slower ||
        m_shadowBeyond > m_tailUnits || m_productionBeyond > m_tailUnits - m_shadowBeyond) {
        in.fail();
    }
}

void LatencyAspect::Unit::save(ByteWriter& out) const {
    out.real(production);
    out.real(shadow);
}

LatencyAspect::Unit LatencyAspect::Unit::load(ByteReader& in) {
    Unit unit;
    unit.production = in.real();
    unit.shadow = in.real();
    return unit;
}

} // namespace gnomon::monitor
