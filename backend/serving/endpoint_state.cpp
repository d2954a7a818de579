// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/endpoint_state.h"

#include <utility>

namespace gnomon::serving {

void GenerationTally::replied(const ExchangeId& exchange, WallTime time, const std::string& servedBy, bool probe) {
    if (m_hasReply.load(std::memory_order_relaxed)) {
        return;
    }
    const MutexLock lock(m_mutex);
    if (!m_first.firstReply) {
        m_first.firstReply = exchange;
        m_first.firstReplyTime = time;
        m_first.servedBy = servedBy;
        m_first.byProbe = probe;
        m_hasReply = true;
    }
}

GenerationTraffic GenerationTally::traffic() const {
    const MutexLock lock(m_mutex);
    GenerationTraffic traffic = m_first;
    traffic.generation = m_number;
    return traffic;
}

Pin& Pin::operator=(Pin&& other) noexcept {
    release();
    m_inForce = std::move(other.m_inForce);
    return *this;
}

void Pin::release() {
    if (m_inForce) {
        m_inForce->tally->inFlight.fetch_sub(1, std::memory_order_release);
        m_inForce.reset();
    }
}

Pin EndpointState::enter() {
    const MutexLock lock(m_mutex);
    if (m_inForce) {
        m_inForce->tally->inFlight.fetch_add(1, std::memory_order_relaxed);
    }
    return Pin(m_inForce);
}

std::shared_ptr<const InForce> EndpointState::inForce() const {
    const MutexLock lock(m_mutex);
    return m_inForce;
}

void EndpointState::deploy(std::shared_ptr<const InForce> next) {
    const MutexLock lock(m_mutex);
    std::erase_if(m_older, [](const auto& tally) { return tally->inFlight.load(std::memory_order_acquire) == 0; });
    if (m_inForce) {
        m_older.push_back(m_inForce->tally);
    }
    m_inForce.swap(next); // the old one ends, if this was its last hold, after the lock
}

GenerationTraffic EndpointState::traffic() const {
    const MutexLock lock(m_mutex);
    if (!m_inForce) {
        return {};
    }
    GenerationTraffic traffic = m_inForce->tally->traffic();
    for (const auto& tally : m_older) {
        traffic.olderInFlight += tally->inFlight.load(std::memory_order_acquire);
    }
    return traffic;
}

} // namespace gnomon::serving
