// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace gnomon {

// Runs work that may block, on a few threads of its own, in the order it came. Thread-safe.
class Executor {
public:
    Executor(std::size_t threads, std::size_t queueLimit);
    // Finishes what was posted, then ends its threads.
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    // False when the queue is full; the work was not taken then.
    [[nodiscard]] bool post(std::function<void()> work);

private:
    void run();

    const std::size_t m_queueLimit;
    Mutex m_mutex;
    Condition m_changed;
    std::deque<std::function<void()>> m_queue GUARDED_BY(m_mutex);
    bool m_ending GUARDED_BY(m_mutex) = false;
    std::vector<std::jthread> m_threads; // constant after construction
};

} // namespace gnomon
