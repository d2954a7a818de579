// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/timers.h"
#include "backend/base/thread_name.h"

#include <algorithm>
#include <utility>

namespace gnomon::serving {

Timers::Timers(const Clock& clock)
    : m_clock(clock), m_thread([this] {
          nameThread("timers");
          run();
      }) {}

void Timers::stop() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Timers::at(MonoTime when, std::weak_ptr<Timed> who, std::uint64_t token) {
    const MutexLock lock(m_mutex);
    if (m_stopping) {
        return;
    }
    m_heap.push_back({when, std::move(who), token});
    std::push_heap(m_heap.begin(), m_heap.end(), later);
    if (when < m_wakesAt) {
        m_changed.notifyOne();
    }
}

Timers::Entry Timers::pop() {
    std::pop_heap(m_heap.begin(), m_heap.end(), later);
    Entry first = std::move(m_heap.back());
    m_heap.pop_back();
    return first;
}

void Timers::run() {
    m_mutex.lock();
    while (!m_stopping) {
        // Most runs end long before their time is up, and then nobody need wake for them.
        while (!m_heap.empty() && m_heap.front().who.expired()) {
            pop();
        }
        if (m_heap.empty() || m_heap.front().when > m_clock.monoNow()) {
            m_wakesAt = m_heap.empty() ? MonoTime::max() : m_heap.front().when;
            if (m_heap.empty()) {
                m_changed.wait(m_mutex);
            } else {
                m_changed.waitUntil(m_mutex, m_wakesAt);
            }
            m_wakesAt = MonoTime::min(); // awake: nobody needs to wake it
            continue;
        }
        const Entry due = pop();
        m_mutex.unlock();
        if (const std::shared_ptr<Timed> who = due.who.lock()) {
            who->timeIsUp(due.token);
        }
        m_mutex.lock();
    }
    m_mutex.unlock();
}

} // namespace gnomon::serving
