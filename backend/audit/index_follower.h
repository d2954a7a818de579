// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/index_query.h"
#include "backend/audit/index_store.h"
#include "backend/base/mutex.h"

#include <thread>

namespace gnomon::audit {

// Keeps the search index abreast of the log, on a thread of its own, and answers searches from it. Thread-safe.
// records must outlive it.
class IndexFollower {
public:
    // size: of the log now.
    IndexFollower(std::filesystem::path file, ReaderPool& records, std::uint64_t size);
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
    Status openStore();
    Status indexNext();
    void dropStore();
    Result<bool> belongsToLog(std::uint64_t size);

    const std::filesystem::path m_file;
    ReaderPool& m_records;
    std::unique_ptr<IndexStore> m_store; // the thread's own

    Mutex m_mutex;
    Condition m_changed;
    std::uint64_t m_target GUARDED_BY(m_mutex) = 0;  // size of the log
    std::uint64_t m_indexed GUARDED_BY(m_mutex) = 0; // how much of it can be searched
    bool m_distrusted GUARDED_BY(m_mutex) = false;
    bool m_stopping GUARDED_BY(m_mutex) = false;
    Status m_failure GUARDED_BY(m_mutex); // why the index does not advance

    Mutex m_queryMutex;
    std::unique_ptr<IndexQuery> m_query GUARDED_BY(m_queryMutex);

    std::thread m_thread; // last: starts when everything else is there
};

} // namespace gnomon::audit
