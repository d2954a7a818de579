// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/service_time.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

constexpr unsigned kWeight = 16; // a sample counts for one part in so many
constexpr unsigned kStretch = 4; // answers whose pace is a sample
constexpr std::chrono::nanoseconds kShortest{1000};

} // namespace

void ServiceTime::answered(MonoTime now, MonoTime since, std::size_t among, std::size_t left, bool tells) {
    if (m_samples < kWeight && tells) { // something must be known soon
        sample((now - since) / std::max<std::int64_t>(1, static_cast<std::int64_t>(among / m_parallel)));
    } else if (m_busy) {
        m_answered += tells ? 1 : 0;
        if (m_answered >= kStretch) {
            // Those that wait may wait for something else than a worker: none takes longer than it took.
            sample(std::min<std::chrono::nanoseconds>((now - m_from) * m_parallel / m_answered, now - since));
            m_from = now;
            m_answered = 0;
        }
    } else if (tells && among <= m_parallel) {
        sample(now - since);
    }
    const bool busy = left >= m_parallel;
    if (!busy || !m_busy) {
        m_from = now;
        m_answered = 0;
    }
    m_busy = busy;
}

void ServiceTime::sample(std::chrono::nanoseconds one) {
    if (m_samples < kWeight) { // the first calls of a version are slow; the fastest of them tells most
        m_fastest = m_samples == 0 ? one : std::min(m_fastest, one);
        m_ofOne = ++m_samples == kWeight ? std::max(m_fastest, kShortest) : m_ofOne;
        return;
    }
    // A machine that stood still makes a few calls take a hundred times as long; it says nothing about the next one.
    one = std::min(one, 2 * m_ofOne);
    m_ofOne = std::max(m_ofOne + (one - m_ofOne) / static_cast<int>(kWeight), kShortest);
}

std::chrono::nanoseconds ServiceTime::waitBehind(std::size_t underWay) const {
    if (underWay < m_parallel) {
        return std::chrono::nanoseconds(0);
    }
    return m_ofOne * static_cast<std::int64_t>(underWay - m_parallel + 1) / m_parallel;
}

} // namespace gnomon::serving
