// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace gnomon {

// Does the work every period, on a thread of its own, until stopped. stop() and the destructor wait for work under way.
class Periodic {
public:
    Periodic() = default; // does nothing
    Periodic(std::chrono::milliseconds period, std::function<void()> work)
        : m_thread([period, work = std::move(work)](const std::stop_token& stop) {
              std::mutex mutex; // guards nothing: waiting needs one
              std::condition_variable_any wake;
              std::unique_lock lock(mutex);
              while (!wake.wait_for(lock, stop, period, [&stop] { return stop.stop_requested(); })) {
                  work();
              }
          }) {}

    void stop() { m_thread = {}; }

private:
    std::jthread m_thread;
};

} // namespace gnomon
