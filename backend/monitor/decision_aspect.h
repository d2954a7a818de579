// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/version.h"
#include "backend/monitor/verdict_rule.h"
#include "backend/stats/binomial_evidence.h"

#include <map>
#include <string>
#include <vector>

namespace gnomon::monitor {

// Whether both versions decide alike: how often, and which way they flip when they do not. Every pair is counted;
// evidence comes from the first pair of each entity alone. Not thread-safe.
class DecisionAspect {
public:
    explicit DecisionAspect(const EndpointSettings& settings);

    // Empty decisions on both sides are no decision and count nowhere.
    void add(const std::string& production, const std::string& shadow, bool firstOfEntity);
    // Settles the finding if the evidence suffices.
    void look();

    bool any() const { return m_pairs > 0; }
    std::uint64_t units() const { return m_units; }
    std::uint64_t differing() const { return m_differing; } // of units
    double margin() const { return m_margin; }
    const Finding& finding() const { return m_finding; }
    // Tuned for rates about the margin and below: that is where it has to be tight.
    stats::Bounds differingBounds() const { return stats::rateBounds(m_differing, m_units, kAlphaDecisions, m_margin); }

    void fill(Comparison& comparison) const;
    std::vector<TransitionCell> transitions() const;
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    std::uint32_t nameIndex(const std::string& decision);
    std::string flipWords() const;

    // Constant after construction: the two names that a flip goes between; empty when there are more than two.
    std::string m_positive;
    std::string m_negative;
    double m_margin = 0;

    std::uint64_t m_pairs = 0;
    std::uint64_t m_agreeing = 0;
    std::uint64_t m_toPositive = 0;
    std::uint64_t m_toNegative = 0;
    std::vector<std::string> m_names; // of decisions seen, at most kMostNames
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> m_cells;

    std::uint64_t m_units = 0; // first pairs of entities
    std::uint64_t m_differing = 0;
    std::uint64_t m_unitsToPositive = 0;
    std::uint64_t m_unitsToNegative = 0;
    Finding m_finding;
};

} // namespace gnomon::monitor
