// SPDX-License-Identifier: GPL-3.0-or-later
// The writing side of the exchange file. Private to backend/store.
#pragma once

#include "backend/base/mutex.h"
#include "backend/store/database.h"
#include "backend/store/exchange_sample.h"
#include "backend/store/exchange_store.h"

#include <deque>
#include <thread>
#include <vector>

namespace gnomon::store {

// Queue, writer thread and retention. Thread-safe. Lock order: m_databaseMutex before m_mutex, and m_mutex is never
// held while the file is touched.
class ExchangeWriter {
public:
    // clock must outlive the writer.
    static Result<std::unique_ptr<ExchangeWriter>> create(std::unique_ptr<SQLite::Database> database,
                                                          ExchangeStoreOptions options, const Clock& clock);
    ~ExchangeWriter();

    void observe(const Observation& observation);
    Status flush();
    std::uint64_t dropped() const;
    std::uint64_t sampledOut() const;
    std::optional<Error> trouble() const;
    Status erasePayload(const ExchangeId& id);
    Status saveBlob(const std::string& key, ByteView value);
    Result<Bytes> loadBlob(const std::string& key);

private:
    // Holds the tensors only when the payload is kept: others must not keep whole requests alive.
    struct Queued {
        Observation observation;
        PairColumns pair;
        std::size_t bytes = 0; // of its tensors
        bool keepsPayload = false;
    };

    ExchangeWriter(std::unique_ptr<SQLite::Database> database, ExchangeStoreOptions options, const Clock& clock);
    void prepare();

    void loop();
    std::vector<Queued> nextBatch();
    // written: the batch; within: the file its limits.
    void finishBatch(const std::vector<Queued>& batch, const Status& written, const Status& within);
    Status write(const std::vector<Queued>& batch);
    // What the members below say of the file, read from it.
    void recount() REQUIRES(m_databaseMutex);
    void insert(const Queued& queued) REQUIRES(m_databaseMutex);
    std::int64_t endpointId(const EndpointName& endpoint) REQUIRES(m_databaseMutex);
    // The largest payload that is kept of this exchange; 0 when none is.
    std::size_t mostPayload(const Exchange& exchange) const;

    Status retain();
    std::uint64_t liveBytes() REQUIRES(m_databaseMutex);
    int removeOld() REQUIRES(m_databaseMutex);
    // About how many rows hold so many bytes; at least one.
    int rowsToEvict(std::uint64_t excess) REQUIRES(m_databaseMutex);
    // From the endpoint that has most; spares its newest `spared`. Returns how many went.
    int evict(int rows, std::size_t spared) REQUIRES(m_databaseMutex);

    const ExchangeStoreOptions m_options; // constant after construction, as is
    const Clock& m_clock;                 // this

    mutable Mutex m_databaseMutex;
    std::unique_ptr<SQLite::Database> m_database GUARDED_BY(m_databaseMutex);
    std::unique_ptr<SQLite::Statement> m_insertExchange GUARDED_BY(m_databaseMutex);
    std::unique_ptr<SQLite::Statement> m_insertPayload GUARDED_BY(m_databaseMutex);
    std::map<EndpointName, std::int64_t> m_endpoints GUARDED_BY(m_databaseMutex);
    std::map<std::int64_t, std::uint64_t> m_rows GUARDED_BY(m_databaseMutex); // by endpoint
    std::int64_t m_nextSeq GUARDED_BY(m_databaseMutex) = 1;
    bool m_uncounted GUARDED_BY(m_databaseMutex) = false; // a batch failed: they tell of rows that were rolled back
    std::optional<MonoTime> m_lastAgeCheck GUARDED_BY(m_databaseMutex);

    mutable Mutex m_mutex;
    Condition m_changed; // of anything below
    std::deque<Queued> m_queue GUARDED_BY(m_mutex);
    std::size_t m_bytes GUARDED_BY(m_mutex) = 0;   // of what is queued or being written
    std::uint64_t m_taken GUARDED_BY(m_mutex) = 0; // observations ever queued
    std::uint64_t m_done GUARDED_BY(m_mutex) = 0;  // of these, written or given up
    std::uint64_t m_dropped GUARDED_BY(m_mutex) = 0;
    ExchangeSample m_sample GUARDED_BY(m_mutex);
    std::uint64_t m_sampledOut GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_awaited GUARDED_BY(m_mutex) = 0; // somebody waits until m_done gets here
    std::optional<Error> m_trouble GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::jthread m_thread; // last: it uses everything above
};

} // namespace gnomon::store
