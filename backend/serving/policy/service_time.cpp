// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/service_time.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

constexpr unsigned kWeight = 16; // a sample counts for one part in so many
constexpr std::chrono::nanoseconds kShortest{1000};

} // namespace

void ServiceTime::sample(std::chrono::nanoseconds took, std::size_t among) {
    const auto rounds = std::max<double>(1.0, static_cast<double>(among) / m_parallel);
    auto one = std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(took.count()) / rounds));
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
