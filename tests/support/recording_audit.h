// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/audit_sink.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace gnomon::test {

// An audit trail in memory that can be told to fail. Thread-safe; appendAsync calls back before it returns.
class RecordingAudit final : public port::AuditSink {
public:
    Result<port::Appended> append(AuditRecord record, std::optional<AuditPayload> payload = std::nullopt) override {
        const MutexLock lock(m_mutex);
        if (m_failing || m_left == 0) {
            return Error{ErrorCode::Unavailable, "the audit log cannot be written"};
        }
        m_left -= m_left > 0 ? 1 : 0;
        record.seq = Seq(m_records.size());
        StoredRecord stored;
        stored.record = std::move(record);
        stored.payload = std::move(payload);
        m_records.push_back(std::move(stored));
        m_changed.notifyAll();
        return port::Appended{m_records.back().record.seq, {}};
    }

    void appendAsync(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done) override {
        auto appended = append(std::move(record), std::move(payload));
        if (done) {
            done(std::move(appended));
        }
    }

    void setFailing(bool failing) {
        const MutexLock lock(m_mutex);
        m_failing = failing;
    }
    // Takes so many more records, then fails.
    void failAfter(int records) {
        const MutexLock lock(m_mutex);
        m_left = records;
    }

    std::vector<StoredRecord> records() const {
        const MutexLock lock(m_mutex);
        return m_records;
    }

    std::vector<StoredRecord> ofKind(RecordKind kind) const {
        std::vector<StoredRecord> found = records();
        std::erase_if(found, [kind](const StoredRecord& stored) { return stored.record.kind != kind; });
        return found;
    }

    // False when there were not so many of them within ten seconds.
    bool waitFor(RecordKind kind, std::size_t count) const {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        const MutexLock lock(m_mutex);
        while (static_cast<std::size_t>(std::count_if(m_records.begin(), m_records.end(), [kind](const auto& stored) {
                   return stored.record.kind == kind;
               })) < count) {
            if (!m_changed.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        return true;
    }

    // What AuditLog::openIntents answers.
    std::vector<StoredRecord> openIntents() const {
        std::vector<StoredRecord> open = ofKind(RecordKind::Intent);
        const std::vector<StoredRecord> outcomes = ofKind(RecordKind::Outcome);
        std::erase_if(open, [&outcomes](const StoredRecord& intent) {
            return std::any_of(outcomes.begin(), outcomes.end(), [&intent](const StoredRecord& outcome) {
                return outcome.record.ref == intent.record.seq;
            });
        });
        return open;
    }

    // Newest first; only kind and result of the filter are looked at.
    AuditPage search(const AuditFilter& filter) const {
        AuditPage page;
        page.records = records();
        std::reverse(page.records.begin(), page.records.end());
        std::erase_if(page.records, [&filter](const StoredRecord& stored) {
            return (filter.kind && stored.record.kind != *filter.kind) ||
                   (filter.result && stored.record.result != *filter.result);
        });
        return page;
    }

private:
    mutable Mutex m_mutex;
    mutable Condition m_changed;
    std::vector<StoredRecord> m_records GUARDED_BY(m_mutex);
    bool m_failing GUARDED_BY(m_mutex) = false;
    int m_left GUARDED_BY(m_mutex) = -1; // records until it fails; none when negative
};

// The fact of that name in a record's payload; empty when there is none.
inline std::string factOf(const StoredRecord& stored, std::string_view name) {
    if (stored.payload) {
        for (const auto& [key, value] : stored.payload->facts) {
            if (key == name) {
                return value;
            }
        }
    }
    return {};
}

} // namespace gnomon::test
