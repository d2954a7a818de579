// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/index_query.h"
#include "backend/audit/index_store.h"
#include "backend/base/mutex.h"

#include <thread>

namespace gnomon::audit {

// Keeps the search index abreast of the log, on a thread of its own, and answers searches from it. Full blocks are
// stored; the newest one is kept in memory, so that following the log costs no writing, and is read from the log again
// at the next start. Thread-safe. records must outlive it.
class IndexFollower {
public:
    // size: of the log now. blockRecords: how many records make a full block.
    IndexFollower(std::filesystem::path file, ReaderPool& records, std::uint64_t size, std::size_t blockRecords);
    ~IndexFollower();
    IndexFollower(const IndexFollower&) = delete;
    IndexFollower& operator=(const IndexFollower&) = delete;

    // The log has grown to that size.
    void follow(std::uint64_t size);
    // Searches what the log holds up to `size`; waits a moment for the index to get there. Unavailable, with how far
    // it is, when that takes longer.
    Result<IndexHits> find(const AuditFilter& filter, std::uint64_t size);
    // The index said something that the log does not: builds it anew.
    void distrust();

private:
    void run();
    bool due() const REQUIRES(m_mutex);
    bool holds(std::uint64_t size) const REQUIRES(m_mutex);
    Status indexNext();
    Status openStore(std::uint64_t size);
    void addRecord(const StoredRecord& record);
    Status storeBlock();
    void dropStore();
    void begin(std::unique_ptr<IndexBlock> newest);
    Result<bool> belongsToLog(std::uint64_t size);
    Status awaitIndexed(std::uint64_t size);
    Result<IndexHits> search(const AuditFilter& filter, std::uint64_t size) REQUIRES(m_queryMutex);

    const std::filesystem::path m_file;
    ReaderPool& m_records;
    const std::size_t m_blockRecords;

    // The thread's own.
    std::unique_ptr<IndexStore> m_store;
    std::unique_ptr<IndexTerms> m_terms;
    IndexBlock* m_filling = nullptr; // m_newest, which nobody else changes
    Digest m_lastLeaf;               // of m_filling, once it is full

    Mutex m_mutex;
    Condition m_changed;
    std::uint64_t m_target GUARDED_BY(m_mutex) = 0;                      // size of the log
    bool m_open GUARDED_BY(m_mutex) = false;                             // there is an index to search
    std::uint64_t m_indexed GUARDED_BY(m_mutex) = 0;                     // how much of the log it holds
    std::chrono::steady_clock::time_point m_indexAt GUARDED_BY(m_mutex); // what is not indexed yet
    bool m_distrusted GUARDED_BY(m_mutex) = false;
    bool m_stopping GUARDED_BY(m_mutex) = false;
    Status m_failure GUARDED_BY(m_mutex); // why the index does not advance

    // Taken in this order.
    Mutex m_queryMutex;
    std::unique_ptr<IndexQuery> m_query GUARDED_BY(m_queryMutex);
    std::unique_ptr<IndexTerms> m_queryTerms GUARDED_BY(m_queryMutex);
    Mutex m_newestMutex;
    std::unique_ptr<IndexBlock> m_newest GUARDED_BY(m_newestMutex); // none: the store is not open

    std::thread m_thread; // last: starts when everything else is there
};

} // namespace gnomon::audit
