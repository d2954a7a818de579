// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_follower.h"
#include "backend/base/log.h"
#include "backend/base/thread_name.h"
#include "backend/merkle/hash.h"

#include <sys/resource.h>

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::uint64_t kRecordsPerStep = 512;
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::milliseconds kGather{50}; // before few records are indexed that nobody searches for
constexpr int kNiceness = 10;                    // whoever appends comes first

} // namespace

IndexFollower::IndexFollower(std::filesystem::path file, ReaderPool& records, std::uint64_t size,
                             std::size_t blockRecords)
    : m_file(std::move(file)), m_records(records), m_blockRecords(blockRecords), m_target(size) {
    m_thread = std::thread([this] {
        nameThread("audit-index");
        ::setpriority(PRIO_PROCESS, 0, kNiceness); // of this thread
        run();
    });
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
    const MutexLock lock(m_mutex);
    const bool first = m_indexed >= m_target; // the thread waits without end
    m_target = std::max(m_target, size);
    if (first || m_target - m_indexed >= kRecordsPerStep) {
        m_indexAt = first ? std::chrono::steady_clock::now() + kGather : m_indexAt;
        m_changed.notifyAll();
    }
}

void IndexFollower::distrust() {
    {
        const MutexLock lock(m_mutex);
        m_distrusted = true;
        m_open = false;
        m_indexed = 0;
    }
    m_changed.notifyAll();
}

Status IndexFollower::awaitIndexed(std::uint64_t size) {
    const MutexLock lock(m_mutex);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    if (!holds(size)) {
        m_indexAt = {};
        m_changed.notifyAll();
    }
    while (!holds(size) && m_failure.ok() && m_changed.waitUntil(m_mutex, until)) {
    }
    if (holds(size)) {
        return {};
    }
    return m_failure.ok() ? Error{ErrorCode::Unavailable,
                                  "the search index is being built: it holds " + std::to_string(m_indexed) + " of " +
                                      std::to_string(size) + " records",
                                  "try again in a moment, or page through the trail without filters"}
                          : m_failure.error();
}

Result<IndexHits> IndexFollower::find(const AuditFilter& filter, std::uint64_t size) {
    GNOMON_TRY(awaitIndexed(size));
    const MutexLock lock(m_queryMutex);
    Result<IndexHits> hits = search(filter, size);
    if (!hits.ok() && hits.error().code != ErrorCode::InvalidArgument) {
        m_query.reset(); // with whatever it was in the middle of
    }
    if (!hits.ok() && hits.error().code == ErrorCode::Corrupt) {
        distrust();
    }
    return hits;
}

Result<IndexHits> IndexFollower::search(const AuditFilter& filter, std::uint64_t size) {
    if (m_query == nullptr) {
        GNOMON_ASSIGN(m_query, IndexQuery::open(m_file));
        GNOMON_ASSIGN(m_queryTerms, IndexTerms::make());
    }
    GNOMON_ASSIGN(const WantedTerms terms, m_queryTerms->ofFilter(filter));
    IndexSearch search(filter, terms);
    std::uint64_t stored = 0;
    {
        const MutexLock lock(m_newestMutex);
        if (m_newest == nullptr || m_newest->head().end() < size) {
            return Error{ErrorCode::Unavailable, "the search index is being rebuilt", "try again in a moment"};
        }
        // Every block before it has been committed.
        stored = search.look(m_newest->head(), *m_newest) ? m_newest->head().first : 0;
    }
    GNOMON_TRY(m_query->show(search, stored));
    return std::move(search).hits();
}

bool IndexFollower::holds(std::uint64_t size) const {
    return m_open && m_indexed >= size; // an empty log has an index as well
}

bool IndexFollower::due() const {
    return m_target - m_indexed >= kRecordsPerStep ||
           (m_indexed < m_target && std::chrono::steady_clock::now() >= m_indexAt);
}

void IndexFollower::run() {
    for (;;) {
        {
            const MutexLock lock(m_mutex);
            while (!m_stopping && !m_distrusted && m_store != nullptr && !due()) {
                m_indexed < m_target ? static_cast<void>(m_changed.waitUntil(m_mutex, m_indexAt))
                                     : m_changed.wait(m_mutex);
            }
            if (m_stopping) {
                return;
            }
        }
        const Status failure = indexNext();
        const MutexLock lock(m_mutex);
        if (!failure.ok() && m_failure.ok()) {
            logEvent(LogLevel::Error, "audit_index_stopped", {{"reason", failure.error().message}});
        }
        m_failure = failure;
        m_open = m_filling != nullptr && !m_distrusted;
        m_indexed = m_open ? m_filling->head().end() : 0;
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
    if (m_terms == nullptr) {
        GNOMON_ASSIGN(m_terms, IndexTerms::make());
    }
    if (m_store == nullptr) {
        GNOMON_TRY(openStore(target));
    }
    if (m_filling->full()) { // it could not be stored
        GNOMON_TRY(storeBlock());
    }
    const std::uint64_t begin = m_filling->head().end();
    if (begin >= target) {
        return {};
    }
    GNOMON_ASSIGN(const ReaderPool::Lease reader, m_records.borrow());
    GNOMON_ASSIGN(const std::vector<StoredRecord> records,
                  reader->records({begin, std::min(begin + kRecordsPerStep, target)}));
    for (const StoredRecord& record : records) {
        addRecord(record);
        if (m_filling->full()) {
            GNOMON_TRY(storeBlock());
        }
    }
    return {};
}

void IndexFollower::addRecord(const StoredRecord& record) {
    const std::vector<std::string> terms = m_terms->ofRecord(record.record);
    {
        const MutexLock lock(m_newestMutex);
        m_filling->add(terms, static_cast<std::int64_t>(record.record.time.time_since_epoch().count()));
    }
    if (m_filling->full()) {
        m_lastLeaf = merkle::leafHash(record.bytes);
    }
}

Status IndexFollower::openStore(std::uint64_t size) {
    GNOMON_ASSIGN(m_store, IndexStore::open(m_file));
    GNOMON_ASSIGN(const bool belongs, belongsToLog(size));
    if (!belongs) {
        logEvent(LogLevel::Warning, "audit_index_rebuilt", {{"reason", "it does not fit the log"}});
        dropStore();
        GNOMON_ASSIGN(m_store, IndexStore::open(m_file));
    }
    if (m_filling == nullptr || m_filling->head().first != m_store->indexed()) {
        begin(std::make_unique<IndexBlock>(m_store->indexed(), m_store->lastTime(), m_blockRecords));
    }
    return {};
}

Status IndexFollower::storeBlock() {
    Status stored = m_store->add(*m_filling, m_lastLeaf);
    if (stored.ok()) {
        begin(std::make_unique<IndexBlock>(m_store->indexed(), m_store->lastTime(), m_blockRecords));
        return stored;
    }
    // The store's own position is unsure now; a damaged one must go, a sound one is opened again.
    if (stored.error().code == ErrorCode::Corrupt) {
        dropStore();
    }
    m_store.reset();
    return stored;
}

void IndexFollower::begin(std::unique_ptr<IndexBlock> newest) {
    const MutexLock lock(m_newestMutex);
    m_newest = std::move(newest);
    m_filling = m_newest.get();
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
    begin(nullptr);
    IndexStore::remove(m_file);
}

} // namespace gnomon::audit
