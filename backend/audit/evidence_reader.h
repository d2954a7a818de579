// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/sqlite.h"
#include "backend/base/mutex.h"
#include "backend/domain/audit.h"
#include "backend/merkle/tiles.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace gnomon::audit {

struct StoredHead {
    std::uint64_t size = 0;
    Bytes partial;
};

struct StoredCheckpoint {
    std::uint64_t size = 0;
    std::string note;
};

// A half-open range of sequence numbers.
struct SeqRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// Decodes the record that lies at a position; Corrupt when it is not its own.
Result<AuditRecord> decodeAt(ByteView bytes, Seq seq);

// One read connection to audit.db. Used by one thread at a time.
class EvidenceReader {
public:
    static Result<std::unique_ptr<EvidenceReader>> open(const std::filesystem::path& file);

    // From here on everything is read as it is now, until that is over or the reader goes. Many reads cost less so.
    Status holdSnapshot();
    void releaseSnapshot();
    Result<StoredHead> head();
    // One more than the largest stored sequence number; 0 when there are no records.
    Result<std::uint64_t> end();
    // The bytes of one record, exactly as stored. NotFound when it is not there.
    Result<Bytes> bytes(Seq seq);
    // Decoded, with its payload. Corrupt when it cannot be decoded or is not what stands at seq.
    Result<StoredRecord> record(Seq seq);
    // The same, for bytes that were read already.
    Result<StoredRecord> complete(Bytes bytes, Seq seq);
    // The records of the range in order. Corrupt when one is missing.
    Result<std::vector<StoredRecord>> records(SeqRange range);
    // Shows the stored bytes of those records of the range that are there, in order, until it is told false.
    Status visit(SeqRange range, const std::function<bool(Seq seq, ByteView bytes)>& visitor);
    // Sequence numbers of the range, newest first, at most `most`.
    Result<std::vector<Seq>> newest(SeqRange range, std::size_t most);
    Result<std::vector<Digest>> tile(unsigned level, std::uint64_t index);
    // Checkpoints whose size is in the range, smallest first.
    Result<std::vector<StoredCheckpoint>> checkpoints(SeqRange sizes);
    Result<std::optional<StoredCheckpoint>> newestCheckpoint();
    Result<std::vector<Seq>> openIntents();

private:
    explicit EvidenceReader(std::unique_ptr<SQLite::Database> database);
    Status addPayload(StoredRecord& record);

    std::unique_ptr<SQLite::Database> m_database;
    SQLite::Statement m_bytes;
    SQLite::Statement m_range;
    SQLite::Statement m_payload;
    SQLite::Statement m_tile;
};

// Lends read connections to threads, making more as they are needed. Thread-safe; must outlive what it lent.
class ReaderPool {
public:
    explicit ReaderPool(std::filesystem::path file) : m_file(std::move(file)) {}

    // Gives the connection back when it goes.
    class Lease {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<EvidenceReader> reader) : m_pool(&pool), m_reader(std::move(reader)) {}
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (m_reader != nullptr) {
                m_pool->giveBack(std::move(m_reader));
            }
        }
        EvidenceReader* operator->() const { return m_reader.get(); }
        EvidenceReader& operator*() const { return *m_reader; }

    private:
        ReaderPool* m_pool;
        std::unique_ptr<EvidenceReader> m_reader;
    };

    Result<Lease> borrow();

private:
    void giveBack(std::unique_ptr<EvidenceReader> reader);

    const std::filesystem::path m_file;
    Mutex m_mutex;
    std::vector<std::unique_ptr<EvidenceReader>> m_idle GUARDED_BY(m_mutex);
};

} // namespace gnomon::audit
