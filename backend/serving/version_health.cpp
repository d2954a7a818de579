// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/version_health.h"

namespace gnomon::serving {

namespace {

constexpr int kMemory = 16; // runs that the moving mean remembers, about

} // namespace

std::string VersionHealth::refuses(MonoTime now) {
    const MutexLock lock(m_mutex);
    if (m_abandoned.skipped()) {
        return "is skipped after too many abandoned runs, until a person acts";
    }
    if (!m_breaker.allow(now)) {
        return "is not asked for a while after repeated failures";
    }
    return {};
}

void VersionHealth::succeeded(MonoTime now, std::chrono::nanoseconds took) {
    const MutexLock lock(m_mutex);
    m_breaker.succeeded(now);
    m_abandoned.succeeded();
    m_typical = m_typical.count() == 0 ? took : m_typical + (took - m_typical) / kMemory;
}

void VersionHealth::failed(MonoTime now) {
    const MutexLock lock(m_mutex);
    m_breaker.failed(now);
}

void VersionHealth::withdrawn() {
    const MutexLock lock(m_mutex);
    m_breaker.withdrawn();
}

bool VersionHealth::overran(MonoTime now, std::chrono::nanoseconds given, bool hurried) {
    const MutexLock lock(m_mutex);
    if (!tellsOfTheVersion(given, hurried, m_typical)) {
        m_breaker.withdrawn();
        return false;
    }
    m_breaker.failed(now);
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

void VersionHealth::clearSkip() {
    const MutexLock lock(m_mutex);
    m_abandoned.clear();
    m_breaker.reset();
}

} // namespace gnomon::serving
