// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/policy/breaker.h"

#include <algorithm>

namespace gnomon::serving {

bool Breaker::allow(MonoTime now) {
    if (m_state == State::Open && now >= m_openUntil) {
        m_state = State::HalfOpen;
        m_probing = false;
    }
    if (m_state == State::HalfOpen && !m_probing) {
        m_probing = true;
        return true;
    }
    return m_state == State::Closed;
}

void Breaker::succeeded(MonoTime now) {
    if (m_state == State::HalfOpen) {
        reset();
    } else if (m_state == State::Closed) {
        m_inARow = 0;
        count(now, false);
    }
}

void Breaker::failed(MonoTime now, bool probe) {
    if (m_state == State::Open || (m_state == State::HalfOpen && !probe)) {
        return; // started before it opened
    }
    ++m_inARow;
    count(now, true);
    const bool many = m_runs >= m_rule.atLeast && m_failures >= m_rule.share * m_runs;
    if (m_state == State::HalfOpen || m_inARow >= m_rule.consecutive || many) {
        trip(now);
    }
}

void Breaker::withdrawn(bool probe) {
    m_probing = m_probing && !probe;
}

void Breaker::suspect() {
    if (m_state == State::Closed) {
        m_state = State::HalfOpen;
        m_probing = false;
    }
}

void Breaker::reset() {
    *this = Breaker(m_rule);
}

void Breaker::count(MonoTime now, bool failure) {
    if (now - m_windowStart >= m_rule.window) {
        m_windowStart = now;
        m_runs = 0;
        m_failures = 0;
    }
    ++m_runs;
    m_failures += failure ? 1 : 0;
}

void Breaker::trip(MonoTime now) {
    m_nextOpen = m_nextOpen.count() == 0 ? m_rule.open : std::min(2 * m_nextOpen, m_rule.longest);
    m_openUntil = now + m_nextOpen;
    m_state = State::Open;
    m_probing = false;
    m_inARow = 0;
    m_runs = 0;
    m_failures = 0;
}

} // namespace gnomon::serving
