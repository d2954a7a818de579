// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace gnomon {

TokenBucket::TokenBucket(double perSecond, double burst) {
    if (perSecond > 0) {
        m_interval = std::chrono::nanoseconds(std::llround(1e9 / perSecond));
        m_tolerance = std::chrono::nanoseconds(std::llround(1e9 / perSecond * (std::max(burst, 1.0) - 1)));
    }
}

std::chrono::nanoseconds TokenBucket::wait(MonoTime now) const {
    return std::max<std::chrono::nanoseconds>(m_paidUntil - now - m_tolerance, std::chrono::nanoseconds(0));
}

void TokenBucket::take(MonoTime now) {
    if (m_interval.count() > 0) {
        m_paidUntil = std::max(m_paidUntil, now) + m_interval;
    }
}

} // namespace gnomon
