// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/version_health.h"

namespace gnomon::serving {

namespace {

constexpr int kMemory = 16; // runs that a moving mean remembers, about

void learn(std::chrono::nanoseconds& mean, std::chrono::nanoseconds value) {
    mean = mean.count() == 0 ? value : mean + (value - mean) / kMemory;
}

} // namespace

Permit VersionHealth::ask(MonoTime now) {
    const MutexLock lock(m_mutex);
    if (m_abandoned.skipped()) {
        return {Permit::Kind::Leave, "is skipped after too many abandoned runs, until a person acts", {}, {}};
    }
    const bool allowed = m_breaker.allow(now);
    switch (m_breaker.state()) {
    case Breaker::State::Closed:
        break;
    case Breaker::State::HalfOpen:
        return {allowed ? Permit::Kind::Probe : Permit::Kind::Leave, "is being tried again after it failed or was late",
                m_typical, m_compute};
    case Breaker::State::Open:
        return {Permit::Kind::Leave, "is not asked for a while after repeated failures", {}, {}};
    }
    return {Permit::Kind::Ask, "", m_typical, m_compute};
}

void VersionHealth::succeeded(MonoTime now, std::chrono::nanoseconds took, std::chrono::nanoseconds compute) {
    const MutexLock lock(m_mutex);
    m_breaker.succeeded(now);
    m_abandoned.succeeded();
    m_lastSuccess = now;
    learn(m_typical, took);
    learn(m_compute, compute);
}

void VersionHealth::failed(MonoTime now, bool probe) {
    const MutexLock lock(m_mutex);
    m_breaker.failed(now, probe);
}

void VersionHealth::withdrawn(bool probe) {
    const MutexLock lock(m_mutex);
    m_breaker.withdrawn(probe);
}

bool VersionHealth::overran(MonoTime now, const Attempt& attempt) {
    const MutexLock lock(m_mutex);
    if (!tellsOfTheVersion(attempt.given, attempt.hurried, m_typical)) {
        m_breaker.withdrawn(attempt.probe);
        return false;
    }
    const bool silent = m_lastSuccess <= now - attempt.given; // it answered nobody else meanwhile either
    if (silent && attempt.replaceable && !attempt.probe) {
        m_breaker.suspect();
    } else {
        m_breaker.failed(now, attempt.probe);
    }
    return m_abandoned.abandoned(now);
}

bool VersionHealth::stuck() {
    const MutexLock lock(m_mutex);
    return m_abandoned.stuck();
}

void VersionHealth::cameBack() {
    const MutexLock lock(m_mutex);
    m_abandoned.cameBack();
}

bool VersionHealth::skipped() const {
    const MutexLock lock(m_mutex);
    return m_abandoned.skipped();
}

Breaker::State VersionHealth::breaker() const {
    const MutexLock lock(m_mutex);
    return m_breaker.state();
}

void VersionHealth::clearSkip() {
    const MutexLock lock(m_mutex);
    m_abandoned.clear();
    m_breaker.reset();
}

} // namespace gnomon::serving
