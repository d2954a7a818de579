// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/version.h"
#include "backend/monitor/thinning.h"
#include "backend/monitor/verdict_rule.h"
#include "backend/stats/log_sketch.h"

#include <chrono>
#include <optional>
#include <vector>

namespace gnomon::monitor {

// Whether the shadow is noticeably slower or faster: by more than a quarter and by more than a twentieth of the
// endpoint's time budget, on requests that both versions ran singly. Two tests, each valid at all times: the typical
// request (in more than half of the pairs one is noticeably slower), and the tail (in more than one pair of a hundred
// one exceeds what is noticeably more than production's own p99, as it was after kTailAfter requests, and the other
// does not). Evidence is thinned in time, because a stall slows many requests at once. Not thread-safe.
class LatencyAspect {
public:
    static constexpr double kNoticeableRatio = 1.25;
    static constexpr double kNoticeableShareOfBudget = 0.05;
    static constexpr std::uint64_t kTailAfter = 1000;

    // started: what came before it is no evidence.
    LatencyAspect(const EndpointSettings& settings, WallTime started);

    // Looks at what can be told by now. Must come before add() of the same moment. covered: enough of the mirrored
    // requests became pairs to say anything.
    void settle(WallTime now, bool covered);
    // single: both were run alone.
    void add(std::chrono::nanoseconds production, std::chrono::nanoseconds shadow, bool single, WallTime came,
             WallTime now);

    const Finding& finding() const { return m_finding; }
    std::vector<LatencyPoint> production() const { return points(m_production); }
    std::vector<LatencyPoint> shadow() const { return points(m_shadow); }
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    // The first pair of a tenth of a second, in seconds.
    struct Unit {
        double production = 0;
        double shadow = 0;

        void followedBy(const Unit& /*later*/) {}
        void save(ByteWriter& out) const;
        static Unit load(ByteReader& in);
    };

    double noticeablyMore(double seconds) const { return seconds * kNoticeableRatio + m_slack; }
    void fixTailLimit(WallTime now);
    void countTypical(const Unit& unit);
    void countTail(const Unit& unit);
    void look();
    static std::vector<LatencyPoint> points(const stats::LogSketch& sketch);

    double m_slack = 0; // seconds; constant after construction
    stats::LogSketch m_production;
    stats::LogSketch m_shadow; // singly run only

    Thinning<Unit> m_thinning;
    std::uint64_t m_units = 0;
    std::uint64_t m_slower = 0;
    std::uint64_t m_faster = 0;
    double m_tailLimit = 0; // seconds; 0 until production's p99 is known
    std::uint64_t m_tailUnits = 0;
    std::uint64_t m_shadowBeyond = 0;
    std::uint64_t m_productionBeyond = 0;
    Finding m_typical;
    Finding m_tail;
    Finding m_finding; // both
};

} // namespace gnomon::monitor
