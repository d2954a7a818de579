// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>

namespace gnomon {

// So many calls a second, and so many at once. A value: pure, without a clock or a lock of its own. Exact: over any
// time t it lets through rate * t calls, and burst more at most.
class TokenBucket {
public:
    // Lets everything through.
    TokenBucket() = default;
    // burst: at least 1 is taken.
    TokenBucket(double perSecond, double burst);

    // Zero when a call may come now; otherwise how long until one may.
    std::chrono::nanoseconds wait(MonoTime now) const;
    // REQUIRES: wait(now) is zero.
    void take(MonoTime now);
    // Whether nothing was taken for so long that it is as good as new.
    bool full(MonoTime now) const { return m_paidUntil <= now; }

private:
    std::chrono::nanoseconds m_interval{0}; // 0: everything
    std::chrono::nanoseconds m_tolerance{0};
    MonoTime m_paidUntil; // when the last call taken would have come, had all come evenly
};

} // namespace gnomon
