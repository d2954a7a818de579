// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/decision_aspect.h"

#include "backend/monitor/words.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gnomon::monitor {

namespace {

// A model cannot make the matrix grow without end; what comes after so many names is shown as one.
constexpr std::size_t kMostNames = 64;
constexpr const char* kOtherName = "(other)";

} // namespace

DecisionAspect::DecisionAspect(const EndpointSettings& settings)
    : m_margin(std::clamp(settings.margin, 1e-9, 1 - 1e-9)) {
    const DecisionRule& rule = settings.decision;
    if (rule.classes.empty()) {
        m_positive = rule.positive;
        m_negative = rule.negative;
    } else if (rule.classes.size() == 2) {
        m_positive = rule.classes[1];
        m_negative = rule.classes[0];
    }
}

void DecisionAspect::add(const std::string& production, const std::string& shadow, bool firstOfEntity) {
    if (production.empty() && shadow.empty()) {
        return;
    }
    const bool agree = production == shadow;
    const bool toPositive = !agree && !m_positive.empty() && shadow == m_positive;
    const bool toNegative = !agree && !m_negative.empty() && shadow == m_negative;
    ++m_pairs;
    m_agreeing += agree ? 1 : 0;
    m_toPositive += toPositive ? 1 : 0;
    m_toNegative += toNegative ? 1 : 0;
    const std::uint32_t from = nameIndex(production);
    ++m_cells[{from, nameIndex(shadow)}];
    if (firstOfEntity) {
        ++m_units;
        m_differing += agree ? 0 : 1;
        m_unitsToPositive += toPositive ? 1 : 0;
        m_unitsToNegative += toNegative ? 1 : 0;
    }
}

void DecisionAspect::look() {
    if (m_units < kLeastUnits) {
        return;
    }
    switch (stats::sideOfRate(m_differing, m_units, m_margin, kAlphaDecisions, m_margin)) {
    case stats::Side::Below:
        m_finding.note(Verdict::Equivalent, m_units);
        return;
    case stats::Side::Above:
        m_finding.note(Verdict::Different, m_units);
        return;
    case stats::Side::Unknown:
        return;
    }
}

void DecisionAspect::fill(Comparison& comparison) const {
    comparison.agreeing = m_agreeing;
    comparison.agreement = m_pairs == 0 ? 0 : static_cast<double>(m_agreeing) / static_cast<double>(m_pairs);
    const stats::Bounds differing = differingBounds();
    comparison.agreementInterval = {1 - differing.high, 1 - differing.low};
    comparison.flipEvidence = stats::flipLogE(m_unitsToPositive, m_unitsToNegative) / std::numbers::ln10;
    comparison.flipsToPositive = m_toPositive;
    comparison.flipsToNegative = m_toNegative;
    const std::uint64_t mirrored = comparison.coverage.mirrored;
    comparison.agreementMissingDisagree =
        mirrored == 0 ? 0 : static_cast<double>(m_agreeing) / static_cast<double>(mirrored);
}

std::vector<TransitionCell> DecisionAspect::transitions() const {
    std::vector<TransitionCell> cells;
    for (const auto& [names, count] : m_cells) {
        cells.push_back({m_names[names.first], m_names[names.second], count});
    }
    std::sort(cells.begin(), cells.end(), [](const TransitionCell& a, const TransitionCell& b) {
        return std::tie(a.production, a.shadow) < std::tie(b.production, b.shadow);
    });
    return cells;
}

VerdictReason DecisionAspect::reason() const {
    if (m_units == 0) {
        return {"decisions", Verdict::CannotTellYet, "no pair with decisions yet"};
    }
    const stats::Bounds bounds = differingBounds();
    const double share = static_cast<double>(m_differing) / static_cast<double>(m_units);
    std::string text = percentRange(share, bounds.low, bounds.high) + " of " + countText(m_units) +
                       " distinct requests differ, margin " + percentText(m_margin) + flipWords();
    if (m_finding.verdict() == Verdict::Conflicting) {
        text += "; this contradicts what was found before: the traffic has changed";
    } else if (m_finding.verdict() != Verdict::CannotTellYet) {
        text += "; settled after " + countText(m_finding.units()) + " of them";
    }
    return {"decisions", m_finding.verdict(), text};
}

std::string DecisionAspect::flipWords() const {
    const double evidence = stats::flipLogE(m_unitsToPositive, m_unitsToNegative);
    if (evidence < -std::log(kAlphaDecisions)) {
        return {};
    }
    const bool up = m_unitsToPositive > m_unitsToNegative;
    const auto more = static_cast<double>(up ? m_unitsToPositive : m_unitsToNegative);
    const auto fewer = static_cast<double>(up ? m_unitsToNegative : m_unitsToPositive);
    const std::string odds = fewer == 0 ? "always" : std::to_string(std::lround(more / fewer)) + ":1";
    return "; flips favour " + (up ? m_positive : m_negative) + " " + odds + " (" +
           evidenceText(evidence / std::numbers::ln10) + ")";
}

std::uint32_t DecisionAspect::nameIndex(const std::string& decision) {
    const auto known = std::find(m_names.begin(), m_names.end(), decision);
    if (known != m_names.end()) {
        return static_cast<std::uint32_t>(known - m_names.begin());
    }
    if (m_names.size() + 1 < kMostNames) {
        m_names.push_back(decision);
        return static_cast<std::uint32_t>(m_names.size() - 1);
    }
    if (m_names.size() < kMostNames) {
        m_names.emplace_back(kOtherName);
    }
    return static_cast<std::uint32_t>(kMostNames - 1);
}

void DecisionAspect::save(ByteWriter& out) const {
    for (const std::uint64_t value : {m_pairs, m_agreeing, m_toPositive, m_toNegative, m_units, m_differing,
                                      m_unitsToPositive, m_unitsToNegative}) {
        out.number(value);
    }
    out.number(m_names.size());
    for (const std::string& name : m_names) {
        out.text(name);
    }
    out.number(m_cells.size());
    for (const auto& [names, count] : m_cells) {
        out.number(names.first);
        out.number(names.second);
        out.number(count);
    }
    m_finding.save(out);
}

void DecisionAspect::load(ByteReader& in) {
    for (std::uint64_t* value : {&m_pairs, &m_agreeing, &m_toPositive, &m_toNegative, &m_units, &m_differing,
                                 &m_unitsToPositive, &m_unitsToNegative}) {
        *value = in.number();
    }
    m_names.resize(in.count(kMostNames));
    for (std::string& name : m_names) {
        name = in.text();
    }
    const std::size_t cells = in.count(kMostNames * kMostNames);
    for (std::size_t i = 0; i < cells && in.ok(); ++i) {
        const auto last = static_cast<unsigned>(m_names.size()) - 1;
        const unsigned from = in.upTo(last);
        const unsigned to = in.upTo(last);
        m_cells[{from, to}] = in.number();
    }
    m_finding = Finding::load(in);
    if (m_differing > m_units || m_agreeing > m_pairs || m_units > m_pairs ||
        m_unitsToPositive + m_unitsToNegative > m_differing || (cells > 0 && m_names.empty())) {
        in.fail();
    }
}

} // namespace gnomon::monitor
