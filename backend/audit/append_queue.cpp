// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/append_queue.h"

#include <utility>

namespace gnomon::audit {

bool AppendQueue::push(PendingRecord&& record) {
    const MutexLock lock(m_mutex);
    if (m_size >= m_limit || m_closed) {
        return false;
    }
    if (m_batches.empty() || m_batches.back().size() >= m_batch) {
        m_batches.emplace_back();
    }
    m_batches.back().push_back(std::move(record));
    ++m_size;
    m_wake.notifyOne();
    return true;
}

std::size_t AppendQueue::size() const {
    const MutexLock lock(m_mutex);
    return m_size;
}

void AppendQueue::close() {
    const MutexLock lock(m_mutex);
    m_closed = true;
    m_wake.notifyOne();
}

bool AppendQueue::claim() {
    const MutexLock lock(m_mutex);
    if (m_writing || m_closed || m_size > 0) {
        return false;
    }
    m_writing = true;
    return true;
}

void AppendQueue::release() {
    const MutexLock lock(m_mutex);
    m_writing = false;
    if (m_size > 0 || m_closed || m_asleep) { // asleep: the next time may be another one now
        m_wake.notifyOne();
    }
}

std::optional<PendingBatch> AppendQueue::take(const std::function<Time()>& next) {
    const MutexLock lock(m_mutex);
    for (;;) {
        const Time until = m_writing ? Time::max() : next();
        if (!m_writing && (m_size > 0 || m_closed || until <= std::chrono::steady_clock::now())) {
            break;
        }
        m_asleep = until == Time::max();
        m_asleep ? m_wake.wait(m_mutex) : static_cast<void>(m_wake.waitUntil(m_mutex, until));
    }
    m_asleep = false;
    if (m_size == 0 && m_closed) {
        return std::nullopt;
    }
    m_writing = true;
    PendingBatch batch;
    if (m_size > 0) {
        batch = std::move(m_batches.front());
        m_batches.pop_front();
        m_size -= batch.size();
    }
    return batch;
}

} // namespace gnomon::audit
