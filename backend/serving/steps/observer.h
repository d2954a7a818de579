// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/batch_queue.h"
#include "backend/base/mutex.h"
#include "backend/port/observation_sink.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace gnomon::serving {

// Hands complete exchanges to the sinks, on one thread of its own. Thread-safe. What does not fit in the queue is
// dropped and counted, and so is what comes after stop(), which hands over what is queued first.
class Observer {
public:
    // limit, bytes: of exchanges that wait, and of the tensors that these keep alive.
    Observer(std::vector<port::ObservationSink*> sinks, std::size_t limit, std::size_t bytes);
    ~Observer() { stop(); }
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    void stop();
    void push(Observation observation);
    std::uint64_t dropped() const { return m_dropped; }

    // An exchange was answered and will be pushed once it is complete.
    void expect() { ++m_expected; }
    // True once everything expected was handed to the sinks or dropped.
    bool settle(MonoTime until);

private:
    void run();
    void done(std::size_t exchanges, std::size_t bytes);

    const std::vector<port::ObservationSink*> m_sinks;
    const std::size_t m_mostBytes;
    std::atomic<std::uint64_t> m_dropped{0};
    std::atomic<std::int64_t> m_expected{0};
    std::atomic<std::size_t> m_bytes{0}; // of what is queued or at the sinks
    BatchQueue<Observation> m_queue;
    Mutex m_mutex; // guards nothing: waiting needs one
    Condition m_settled;
    std::thread m_thread;
};

} // namespace gnomon::serving
