// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/patience.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

constexpr std::chrono::seconds kSecond{1};
constexpr int kCallsBefore = 4; // on each worker; a few callers who wait for answers are no overload, slow as it may be
constexpr std::chrono::nanoseconds kAtLeast{
    5'000'000}; // a machine that is busy with other things lets threads wait so long

} // namespace

std::chrono::nanoseconds Patience::allowed(std::chrono::nanoseconds ofOne) const {
    const auto most = std::max(m_most, kCallsBefore * ofOne);
    return m_overloaded ? std::min(most, std::max(ofOne, kAtLeast)) : most;
}

void Patience::came(MonoTime now, bool tooLong) {
    if (m_overloaded && now - m_second >= kSecond) {
        const bool silence = now - m_second >= 2 * kSecond;
        m_overloaded = !silence && 4 * m_tooLong >= m_came;
        m_second = now;
        m_came = m_tooLong = 0;
    }
    if (tooLong && !m_overloaded) {
        m_overloaded = true;
        m_second = now;
        m_came = m_tooLong = 0;
    }
    ++m_came;
    m_tooLong += tooLong ? 1 : 0;
}

} // namespace gnomon::serving
