// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/usage.h"

#include <cmath>

namespace gnomon::serving {

void Usage::add(MonoTime now, std::chrono::nanoseconds work) {
    m_seconds = at(now) + std::chrono::duration<double>(work).count();
    m_when = now;
}

double Usage::at(MonoTime now) const {
    return m_seconds * std::exp2(-std::chrono::duration<double>(now - m_when).count());
}

bool overShare(double own, double all, std::size_t callers) {
    return callers > 1 && own > 1.1 * all / static_cast<double>(callers);
}

} // namespace gnomon::serving
