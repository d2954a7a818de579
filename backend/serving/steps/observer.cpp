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
    : m_sinks(std::move(sinks)), m_mostBytes(bytes), m_queue(limit, kGathers), m_thread([this] {
          nameThread("observer");
          run();
      }) {}

void Observer::stop() {
    m_queue.close();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Observer::push(Observation observation) {
    const std::size_t bytes = byteCount(observation);
    if (m_bytes.fetch_add(bytes) + bytes > m_mostBytes || !m_queue.push(std::move(observation))) {
        ++m_dropped;
        done(1, bytes);
    }
}

bool Observer::settle(MonoTime until) {
    const MutexLock lock(m_mutex);
    while (m_expected > 0) {
        if (!m_settled.waitUntil(m_mutex, until)) {
            return m_expected <= 0;
        }
    }
    return true;
}

void Observer::run() {
    std::vector<Observation> batch;
    while (m_queue.take(batch)) {
        std::size_t bytes = 0;
        for (const Observation& observation : batch) {
            bytes += byteCount(observation);
            for (port::ObservationSink* sink : m_sinks) {
                sink->observe(observation);
            }
        }
        const std::size_t handed = batch.size();
        batch.clear(); // whole requests go with it
        done(handed, bytes);
    }
}

void Observer::done(std::size_t exchanges, std::size_t bytes) {
    m_bytes -= bytes;
    if ((m_expected -= static_cast<std::int64_t>(exchanges)) == 0) {
        const MutexLock lock(m_mutex); // or whoever is about to wait would not hear of it
        m_settled.notifyAll();
    }
}

} // namespace gnomon::serving
