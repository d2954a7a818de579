// SPDX-License-Identifier: GPL-3.0-or-later
// Private to backend/monitor.
#pragma once

#include "backend/base/byte_codec.h"
#include "backend/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <vector>

namespace gnomon::monitor {

// Picks the evidence about latency and errors: of the requests that came within one tenth of a second the first one.
// What happens at the same moment has one cause and must count once; and which request counts must not depend on how
// long it took. Requests are told when they end, though, the slow ones last, so a tenth of a second is settled only
// when nothing that came in it can still be under way. Memory: one unit for each tenth that is not settled.
//
// A request that turns out to say nothing is a unit all the same: if the next one took its place, how it ended would
// decide which one counts.
//
// Unit: what is known of such a tenth of a second, made from its first request; followedBy(unit) adds what came after.
// Not thread-safe.
template <class Unit>
class Thinning {
public:
    // longest: from when a request comes until it is told. What came with or before `start` does not count.
    Thinning(std::chrono::microseconds longest, WallTime start) : m_longest(longest), m_closed(tenthOf(start)) {}

    // Nothing that came until then counts unless it is settled, and nothing is open any more.
    void startAt(WallTime now) {
        m_closed = tenthOf(now);
        m_open.clear();
    }

    // The units that nothing can change any more, in the order in which they came. now: the clock that requests are
    // stamped with; it may be set.
    std::vector<Unit> settle(WallTime now) {
        m_now = tenthOf(now);
        const std::int64_t closed = tenthOf(now - m_longest) - 1;
        // A clock that was set back makes the same times come again.
        const bool setBack = m_closed > m_now;
        m_closed = setBack ? closed : std::max(m_closed, closed);
        std::vector<Unit> settled;
        while (!m_open.empty() && (setBack || m_open.front().tenth() <= m_closed)) {
            settled.push_back(m_open.front().unit);
            m_open.pop_front();
        }
        return settled;
    }

    // A request that came then and ended before the newest settle().
    void add(WallTime came, const Unit& unit) {
        const Open added{came.time_since_epoch().count(), unit};
        if (added.tenth() <= m_closed || added.tenth() > m_now) {
            return;
        }
        // Nearly always at the end.
        const auto at = std::lower_bound(m_open.begin(), m_open.end(), added.tenth(),
                                         [](const Open& one, std::int64_t tenth) { return one.tenth() < tenth; });
        if (at == m_open.end() || at->tenth() != added.tenth()) {
            m_open.insert(at, added);
        } else if (at->came <= added.came) {
            at->unit.followedBy(unit);
        } else {
            const Unit later = at->unit;
            *at = added;
            at->unit.followedBy(later);
        }
    }

    // That nothing is known of yet.
    std::size_t open() const { return m_open.size(); }

    // What is open is given up: after a restart nothing else of it is told, and the slow ones would be missing.
    void save(ByteWriter& out) const { out.signedNumber(std::max(m_closed, m_now)); }
    void load(ByteReader& in) {
        m_closed = in.signedNumber();
        m_now = std::numeric_limits<std::int64_t>::min();
        m_open.clear();
    }

private:
    static constexpr std::chrono::microseconds kTenth{100'000};

    static std::int64_t tenthOf(WallTime time) { return time.time_since_epoch().count() / kTenth.count(); }

    struct Open {
        std::int64_t came = 0; // microseconds
        Unit unit;
        std::int64_t tenth() const { return came / kTenth.count(); }
    };

    std::chrono::microseconds m_longest; // constant after construction
    std::int64_t m_closed;               // nothing that came in this tenth or before it is taken any more
    std::int64_t m_now = std::numeric_limits<std::int64_t>::min(); // of the newest settle()
    std::deque<Open> m_open;                                       // by tenth
};

} // namespace gnomon::monitor
