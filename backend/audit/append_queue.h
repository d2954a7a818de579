// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/audit_sink.h"

#include <deque>
#include <functional>
#include <optional>

namespace gnomon::audit {

struct PendingRecord {
    AuditRecord record;
    std::optional<AuditPayload> payload;
    port::AppendCallback done;
    bool reserved = false; // comes from the reserve, with the boot and the time that it was made at
};

using PendingBatch = std::deque<PendingRecord>;

// Records that wait to be written, and whose turn it is to write: the thread's that takes what is queued, or that of
// somebody who waits for a record of its own and finds nobody before it. Thread-safe.
class AppendQueue {
public:
    using Time = std::chrono::steady_clock::time_point;

    // limit: records that may wait; batch: records that are taken at once.
    AppendQueue(std::size_t limit, std::size_t batch) : m_limit(limit), m_batch(batch) {}

    // False, and the record is as it was: the queue is full or closed.
    bool push(PendingRecord&& record);
    std::size_t size() const;
    void close(); // what is queued is still taken

    // Takes the turn to write a record that is not queued. False when another has it, or comes first.
    bool claim();
    // Takes the turn with the next batch; waits for its first record only. Empty: next() has come. Absent: closed, and
    // nothing is left. next: when to return without a record; asked for while nobody writes. From one thread.
    std::optional<PendingBatch> take(const std::function<Time()>& next);
    // Gives the turn back.
    void release();

private:
    const std::size_t m_limit;
    const std::size_t m_batch;

    mutable Mutex m_mutex;
    Condition m_wake;                                       // of the thread that takes
    std::deque<PendingBatch> m_batches GUARDED_BY(m_mutex); // none is empty
    std::size_t m_size GUARDED_BY(m_mutex) = 0;             // records in them
    bool m_writing GUARDED_BY(m_mutex) = false;             // somebody's turn
    bool m_asleep GUARDED_BY(m_mutex) = false;              // the thread waits for no particular time
    bool m_closed GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::audit
