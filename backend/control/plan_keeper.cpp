// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/plan_keeper.h"
#include "backend/base/thread_name.h"

#include <algorithm>
#include <utility>

namespace gnomon::control {

PlanKeeper::PlanKeeper(const ChangeServiceParts& parts, const PlanBook& book,
                       std::function<Mutex&(const EndpointName&)> lockOf)
    : m_parts(parts), m_book(book), m_lockOf(std::move(lockOf)), m_thread([this] {
          nameThread("plans");
          run();
      }) {}

PlanKeeper::~PlanKeeper() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }
    m_thread.join();
}

void PlanKeeper::planned(WallTime applyBy) {
    const MutexLock lock(m_mutex);
    m_due = std::min(m_due.value_or(applyBy), applyBy);
    m_changed.notifyAll();
}

void PlanKeeper::run() {
    m_mutex.lock();
    while (!m_stopping) {
        const WallTime now = m_parts.clock.wallNow();
        if (!m_due) {
            m_changed.wait(m_mutex);
        } else if (now <= *m_due) {
            m_changed.waitUntil(m_mutex, std::chrono::steady_clock::now() + (*m_due - now));
        } else {
            m_due = m_book.nextExpiry(now);
            m_mutex.unlock();
            for (const EndpointName& endpoint : m_parts.directory.names()) {
                letGo(endpoint);
            }
            m_mutex.lock();
        }
    }
    m_mutex.unlock();
}

void PlanKeeper::letGo(const EndpointName& endpoint) {
    const MutexLock lock(m_lockOf(endpoint)); // else what a change has just warmed would go
    m_parts.directory.keepWarm(endpoint, m_book.kept(endpoint, m_parts.clock.wallNow()));
}

} // namespace gnomon::control
