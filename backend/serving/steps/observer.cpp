// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/observer.h"
#include "backend/base/thread_name.h"

#include <utility>

namespace gnomon::serving {

namespace {

// After a pause some more exchanges are awaited, so that the thread is not woken for each one.
constexpr std::chrono::milliseconds kGathers{4};

} // namespace

Observer::Observer(std::vector<port::ObservationSink*> sinks, std::size_t limit, std::size_t bytes)
    : m_sinks(std::move(sinks)), m_limit(limit), m_mostBytes(bytes), m_thread([this] {
          nameThread("observer");
          run();
      }) {}

void Observer::stop() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Observer::push(Observation observation) {
    const std::size_t bytes = byteCount(observation);
    const MutexLock lock(m_mutex);
    if (m_stopping || m_queue.size() >= m_limit || m_bytes + bytes > m_mostBytes) {
        ++m_dropped;
        done(1);
        return;
    }
    m_bytes += bytes;
    m_queue.push_back(std::move(observation));
    if (m_idle) {
        m_changed.notifyAll();
    }
}

bool Observer::settle(MonoTime until) {
    const MutexLock lock(m_mutex);
    while (m_expected > 0) {
        if (!m_changed.waitUntil(m_mutex, until)) {
            return m_expected <= 0;
        }
    }
    return true;
}

void Observer::run() {
    std::vector<Observation> batch;
    for (;;) {
        {
            const MutexLock lock(m_mutex);
            m_idle = true;
            while (m_queue.empty() && !m_stopping) {
                m_changed.wait(m_mutex);
            }
            m_idle = false;
            const MonoTime until = std::chrono::steady_clock::now() + kGathers;
            while (!m_stopping && m_changed.waitUntil(m_mutex, until)) {
            }
            if (m_queue.empty()) {
                return;
            }
            batch.swap(m_queue);
        }
        std::size_t bytes = 0;
        for (const Observation& observation : batch) {
            bytes += byteCount(observation);
            for (port::ObservationSink* sink : m_sinks) {
                sink->observe(observation);
            }
        }
        const std::size_t handed = batch.size();
        batch.clear(); // whole requests go with it: not while callers' threads wait for the mutex
        const MutexLock lock(m_mutex);
        done(handed);
        m_bytes -= bytes;
    }
}

// The mutex is held.
void Observer::done(std::size_t exchanges) {
    if ((m_expected -= static_cast<std::int64_t>(exchanges)) == 0) {
        m_changed.notifyAll();
    }
}

} // namespace gnomon::serving
