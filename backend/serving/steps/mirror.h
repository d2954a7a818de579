// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/batch_queue.h"
#include "backend/base/random.h"
#include "backend/serving/endpoint_state.h"
#include "backend/serving/steps/gathering.h"
#include "backend/serving/timers.h"

#include <atomic>
#include <memory>
#include <thread>

namespace gnomon::serving {

struct MirrorOptions {
    std::chrono::nanoseconds timeout{std::chrono::seconds(5)}; // then the shadow is late
    std::size_t limit = 1024;                                  // requests that one shadow may owe at a time
    std::size_t bytes = std::size_t{256} << 20;                // of inputs that all shadows may owe at a time
};

// The leg that the shadow owes; lost until it says otherwise.
Leg shadowLeg(const ShadowLink& shadow);

// Sends answered requests to shadows too, on a thread of its own: the reply has gone, nothing waits for this.
// Thread-safe. Requests that find a shadow with too many waiting, or too much, are dropped and counted.
class Mirror {
public:
    // timers, clock and random must outlive the mirror.
    Mirror(MirrorOptions options, Timers& timers, const Clock& clock, Random& random);
    ~Mirror() { stop(); }
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;

    void stop(); // what still waits is lost; what runs is waited for by nobody
    // Is this request one of the shadow's share?
    bool chooses(const ShadowLink& shadow);
    // rule: of the endpoint.
    void hand(std::shared_ptr<Gathering> gathering, const ShadowLink& shadow, std::shared_ptr<const DecisionRule> rule);
    std::uint64_t dropped() const { return m_dropped; }

private:
    class ShadowRun;
    void run();

    const MirrorOptions m_options;
    // Shared with runs, which may outlive the mirror.
    const std::shared_ptr<std::atomic<std::size_t>> m_bytes = std::make_shared<std::atomic<std::size_t>>(0);
    Timers& m_timers;
    const Clock& m_clock;
    Random& m_random;
    std::atomic<std::uint64_t> m_dropped{0};
    std::atomic<bool> m_stopping{false};
    BatchQueue<std::shared_ptr<ShadowRun>> m_queue;
    std::thread m_thread;
};

} // namespace gnomon::serving
