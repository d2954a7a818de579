// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace gnomon {

// From many threads to one, many items at a time: after a pause the one waits for some more, so that it is not woken,
// and nobody wakes it, for each. Thread-safe.
template <class T>
class BatchQueue {
public:
    // limit: of items that wait; gathers: how long the first of them waits for others.
    BatchQueue(std::size_t limit, std::chrono::milliseconds gathers) : m_limit(limit), m_gathers(gathers) {}

    // False, and the item is as it was: the queue is full or closed.
    [[nodiscard]] bool push(T&& item) {
        const MutexLock lock(m_mutex);
        if (m_closed || m_items.size() >= m_limit) {
            return false;
        }
        m_items.push_back(std::move(item));
        if (std::exchange(m_idle, false)) {
            m_changed.notifyOne();
        }
        return true;
    }

    // Waits for items; batch: empty, and its memory is used again. False: closed, and nothing is left. One thread.
    [[nodiscard]] bool take(std::vector<T>& batch) {
        const MutexLock lock(m_mutex);
        while (m_items.empty() && !m_closed) {
            m_idle = true;
            m_changed.wait(m_mutex);
        }
        const auto until = std::chrono::steady_clock::now() + m_gathers;
        while (!m_closed && m_changed.waitUntil(m_mutex, until)) {
        }
        batch.swap(m_items);
        return !batch.empty();
    }

    void close() { // what was pushed is still taken
        const MutexLock lock(m_mutex);
        m_closed = true;
        m_changed.notifyOne();
    }

private:
    const std::size_t m_limit;
    const std::chrono::milliseconds m_gathers;
    Mutex m_mutex;
    Condition m_changed;
    std::vector<T> m_items GUARDED_BY(m_mutex);
    bool m_idle GUARDED_BY(m_mutex) = false; // the one sleeps until told
    bool m_closed GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon
