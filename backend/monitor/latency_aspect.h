// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
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
// does not). Evidence is thinned in time, because a stall slows many requests at once. Late runs are evidence for
// neither version: production's time is shorter than a shadow's, and a shadow may have waited for all of it, which the
// others are not charged with. But they weigh against a finding that they could undo: a late shadow against "faster",
// which takes besides that few are late, and in the tail a late production against "slower". Not thread-safe.
class LatencyAspect {
public:
    static constexpr double kNoticeableRatio = 1.25;
    static constexpr double kNoticeableShareOfBudget = 0.05;
    static constexpr std::uint64_t kTailAfter = 1000;

    // started: what came before it is no evidence.
    LatencyAspect(const EndpointSettings& settings, WallTime started);

    // Looks at what can be told by now; true when there was anything. Must come before add() of the same moment.
    // covered: enough of the mirrored requests became pairs to say anything.
    bool settle(WallTime now, bool covered);
    // What came until then is no evidence unless it is settled.
    void startAt(WallTime now) { m_thinning.startAt(now); }
    void add(const Leg& production, const Leg& shadow, WallTime came, WallTime now);

    const Finding& finding() const { return m_finding; }
    std::vector<LatencyPoint> production() const { return points(m_production); }
    std::vector<LatencyPoint> shadow() const { return points(m_shadow); }
    VerdictReason reason() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    // The first request of a tenth of a second.
    struct Unit {
        double production = 0; // seconds; of no use when late
        double shadow = 0;
        bool productionLate = false;
        bool shadowLate = false;
        bool known = true; // false: a run failed, so that nothing is known of what it takes

        void followedBy(const Unit& /*later*/) {}
    };

    static Unit unitOf(const Leg& production, const Leg& shadow);
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
    std::uint64_t m_shadowLate = 0; // and production was not
    double m_tailLimit = 0;         // seconds; 0 until production's p99 is known
    std::uint64_t m_tailUnits = 0;
    std::uint64_t m_shadowBeyond = 0;
    std::uint64_t m_productionBeyond = 0;
    std::uint64_t m_tailShadowLate = 0; // of tail units: the shadow was late, and production was not beyond
    std::uint64_t m_productionLate = 0; // of tail units: production was late, and the shadow was not beyond
    Finding m_typical;
    Finding m_tail;
    Finding m_finding; // both
};

} // namespace gnomon::monitor
