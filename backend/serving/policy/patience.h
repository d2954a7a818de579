// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>
#include <cstdint>

namespace gnomon::serving {

// How long an admitted call may have to wait for its turn. A burst may wait for as long as is configured, and for
// a few calls before it in any case. But when
// calls come faster than they are answered, the queue stays full, whatever its length: then waiting only makes every
// answer late, and what keeps the workers busy is enough. That is so from the first call that would have to wait too
// long until a second in which fewer than a quarter of the calls had to be turned away; random arrivals at a load just
// below the capacity make about so many. A value: pure, without a clock or a lock of its own.
class Patience {
public:
    explicit Patience(std::chrono::nanoseconds most) : m_most(most) {}

    bool overloaded() const { return m_overloaded; }
    // ofOne: what one call takes.
    std::chrono::nanoseconds allowed(std::chrono::nanoseconds ofOne) const;
    // A call came, and would have had to wait for longer than allowed, or not. Every call is to be told.
    void came(MonoTime now, bool tooLong);

private:
    std::chrono::nanoseconds m_most;
    bool m_overloaded = false;
    MonoTime m_second; // when the current one began
    std::uint64_t m_came = 0;
    std::uint64_t m_tooLong = 0;
};

} // namespace gnomon::serving
