// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_follower.h"
#include "backend/base/log.h"
#include "backend/merkle/hash.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::uint64_t kRecordsPerCommit = 512;
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kRetry{1};

} // namespace

IndexFollower::IndexFollower(std::filesystem::path file, ReaderPool& records, std::uint64_t size)
    : m_file(std::move(file)), m_records(records), m_target(size) {
    m_thread = std::thread([this] { run(); });
}

IndexFollower::~IndexFollower() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notifyAll();
    m_thread.join();
}

void IndexFollower::follow(std::uint64_t size) {
    {
        const MutexLock lock(m_mutex);
        m_target = std::max(m_target, size);
    }
    m_changed.notifyAll();
}

void IndexFollower::distrust() {
    {
        const MutexLock lock(m_mutex);
        m_distrusted = true;
        m_indexed = 0;
    }
    m_changed.notifyAll();
}

Result<IndexHits> IndexFollower::find(const AuditFilter& filter, std::uint64_t size) {
    {
        const MutexLock lock(m_mutex);
        const auto until = std::chrono::steady_clock::now() + kPatience;
        while (m_indexed < size && m_failure.ok() && m_changed.waitUntil(m_mutex, until)) {
        }
        if (m_indexed < size) {
            return m_failure.ok() ? Error{ErrorCode::Unavailable,
                                          "the search index is being built: it holds " + std::to_string(m_indexed) +
                                              " of " + std::to_string(size) + " records",
                                          "try again in a moment, or page through the trail without filters"}
                                  : m_failure.error();
        }
    }
    const MutexLock lock(m_queryMutex);
    if (m_query == nullptr) {
        GNOMON_ASSIGN(m_query, IndexQuery::open(m_file));
    }
    Result<IndexHits> hits = m_query->find(filter);
    if (!hits.ok() && hits.error().code == ErrorCode::Corrupt) {
        distrust();
    }
    return hits;
}

void IndexFollower::run() {
    for (;;) {
        Status failure;
        {
            const MutexLock lock(m_mutex);
            while (!m_stopping && !m_distrusted && m_store != nullptr && m_store->indexed() >= m_target) {
                m_changed.wait(m_mutex);
            }
            if (m_stopping) {
                return;
            }
        }
        failure = indexNext();
        const MutexLock lock(m_mutex);
        if (!failure.ok() && m_failure.ok()) {
            logEvent(LogLevel::Error, "audit_index_stopped", {{"reason", failure.error().message}});
        }
        m_failure = failure;
        m_indexed = m_store != nullptr && !m_distrusted ? m_store->indexed() : 0;
        m_changed.notifyAll();
        if (!failure.ok() && !m_stopping) {
            m_changed.waitUntil(m_mutex, std::chrono::steady_clock::now() + kRetry);
        }
    }
}

// One step: opens or rebuilds the index where needed, then adds the next records.
Status IndexFollower::indexNext() {
    bool rebuild = false;
    std::uint64_t target = 0;
    {
        const MutexLock lock(m_mutex);
        std::swap(rebuild, m_distrusted);
        target = m_target;
    }
    if (rebuild) {
        dropStore();
    }
    if (m_store == nullptr) {
        GNOMON_ASSIGN(m_store, IndexStore::open(m_file));
        GNOMON_ASSIGN(const bool belongs, belongsToLog(target));
        if (!belongs) {
            logEvent(LogLevel::Warning, "audit_index_rebuilt", {{"reason", "it does not fit the log"}});
            dropStore();
            GNOMON_ASSIGN(m_store, IndexStore::open(m_file));
        }
    }
    const std::uint64_t begin = m_store->indexed();
    if (begin >= target) {
        return {};
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_records.borrow());
    GNOMON_ASSIGN(const std::vector<StoredRecord> records,
                  reader->records({begin, std::min(begin + kRecordsPerCommit, target)}));
    Status added = m_store->add(records);
    if (!added.ok()) {
        // The store's own position is unsure now; a damaged one must go, a sound one is opened again.
        if (added.error().code == ErrorCode::Corrupt) {
            dropStore();
        }
        m_store.reset();
    }
    return added;
}

Result<bool> IndexFollower::belongsToLog(std::uint64_t size) {
    if (m_store->indexed() == 0) {
        return true;
    }
    if (m_store->indexed() > size) {
        return false;
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_records.borrow());
    GNOMON_ASSIGN(const Bytes last, reader->bytes(Seq(m_store->indexed() - 1)));
    return merkle::leafHash(last) == m_store->lastLeaf();
}

void IndexFollower::dropStore() {
    m_store.reset();
    const MutexLock lock(m_queryMutex);
    m_query.reset();
    IndexStore::remove(m_file);
}

} // namespace gnomon::audit
