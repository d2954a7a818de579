// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/evidence_reader.h"
#include "backend/audit/schema.h"
#include "backend/proof/record_codec.h"

#include <sqlite3.h>

namespace gnomon::audit {

namespace {

constexpr std::size_t kIdleReaders = 8;

Error missing(Seq seq) {
    return {ErrorCode::Corrupt, "audit record " + std::to_string(seq.value) + " is missing"};
}

// Resets a statement however its use ends, so that no read transaction stays open.
class Use {
public:
    explicit Use(SQLite::Statement& statement) : m_statement(statement) {}
    ~Use() { m_statement.tryReset(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

private:
    SQLite::Statement& m_statement;
};

std::int64_t sqlInt(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

} // namespace

Result<AuditRecord> decodeAt(ByteView bytes, Seq seq) {
    Result<AuditRecord> record = proof::decodeRecord(bytes);
    if (!record.ok()) {
        return Error{record.error().code, "audit record " + std::to_string(seq.value) + ": " + record.error().message};
    }
    if (record->seq != seq) {
        return Error{ErrorCode::Corrupt, "audit record " + std::to_string(seq.value) + " is a copy of record " +
                                             std::to_string(record->seq.value)};
    }
    return record;
}

EvidenceReader::EvidenceReader(std::unique_ptr<SQLite::Database> database)
    : m_database(std::move(database)), m_bytes(*m_database, "SELECT bytes FROM rec WHERE seq = ?"),
      m_range(*m_database, "SELECT seq, bytes FROM rec WHERE seq >= ? AND seq < ? ORDER BY seq"),
      m_payload(*m_database, "SELECT salt, body FROM payload WHERE seq = ?"),
      m_tile(*m_database, "SELECT data FROM tile WHERE level = ? AND idx = ?") {}

Result<std::unique_ptr<EvidenceReader>> EvidenceReader::open(const std::filesystem::path& file) {
    GNOMON_ASSIGN(auto database, openEvidence(file, Access::Read));
    return guarded("read " + file.string(), [&]() -> Result<std::unique_ptr<EvidenceReader>> {
        return std::unique_ptr<EvidenceReader>(new EvidenceReader(std::move(database)));
    });
}

Status EvidenceReader::holdSnapshot() {
    return guarded("read the audit log", [&]() -> Status {
        m_database->exec("BEGIN");
        return {};
    });
}

void EvidenceReader::releaseSnapshot() {
    if (sqlite3_get_autocommit(m_database->getHandle()) == 0) {
        m_database->tryExec("COMMIT");
    }
}

Result<StoredHead> EvidenceReader::head() {
    return guarded("read the head of the audit log", [&]() -> Result<StoredHead> {
        SQLite::Statement query(*m_database, "SELECT size, partial FROM head WHERE id = 0");
        if (!query.executeStep()) {
            return Error{ErrorCode::Corrupt, "the audit log has no head"};
        }
        const ByteView partial = blobOf(query.getColumn(1));
        return StoredHead{static_cast<std::uint64_t>(query.getColumn(0).getInt64()), {partial.begin(), partial.end()}};
    });
}

Result<std::uint64_t> EvidenceReader::end() {
    return guarded("read the audit log", [&]() -> Result<std::uint64_t> {
        return static_cast<std::uint64_t>(
            m_database->execAndGet("SELECT coalesce(max(seq) + 1, 0) FROM rec").getInt64());
    });
}

Result<Bytes> EvidenceReader::bytes(Seq seq) {
    return guarded("read audit record " + std::to_string(seq.value), [&]() -> Result<Bytes> {
        const Use use(m_bytes);
        m_bytes.bind(1, sqlInt(seq.value));
        if (!m_bytes.executeStep()) {
            Error error = missing(seq);
            error.code = ErrorCode::NotFound;
            return error;
        }
        const ByteView bytes = blobOf(m_bytes.getColumn(0));
        return Bytes(bytes.begin(), bytes.end());
    });
}

Result<StoredRecord> EvidenceReader::record(Seq seq) {
    GNOMON_ASSIGN(Bytes stored, bytes(seq));
    return complete(std::move(stored), seq);
}

Result<StoredRecord> EvidenceReader::complete(Bytes bytes, Seq seq) {
    StoredRecord stored;
    GNOMON_ASSIGN(stored.record, decodeAt(bytes, seq));
    stored.bytes = std::move(bytes);
    if (!stored.record.payload.isZero()) {
        GNOMON_TRY(addPayload(stored));
    }
    return stored;
}

Status EvidenceReader::addPayload(StoredRecord& record) {
    const Seq seq = record.record.seq;
    return guarded("read the payload of audit record " + std::to_string(seq.value), [&]() -> Status {
        const Use use(m_payload);
        m_payload.bind(1, sqlInt(seq.value));
        if (!m_payload.executeStep()) {
            return {}; // erased
        }
        const ByteView salt = blobOf(m_payload.getColumn(0));
        const ByteView body = blobOf(m_payload.getColumn(1));
        record.payloadSalt = Bytes(salt.begin(), salt.end());
        record.payloadBytes = Bytes(body.begin(), body.end());
        GNOMON_ASSIGN(record.payload, proof::decodePayload(body));
        return {};
    });
}

Result<std::vector<StoredRecord>> EvidenceReader::records(SeqRange range) {
    std::vector<StoredRecord> all;
    Status failure;
    const auto take = [&](Seq seq, ByteView stored) {
        const Seq expected(range.begin + all.size());
        Result<StoredRecord> one =
            seq == expected ? complete(Bytes(stored.begin(), stored.end()), seq) : missing(expected);
        if (!one.ok()) {
            failure = std::move(one).error();
            return false;
        }
        all.push_back(std::move(one).value());
        return true;
    };
    GNOMON_TRY(visit(range, take));
    GNOMON_TRY(failure);
    if (range.begin + all.size() < range.end) {
        return missing(Seq(range.begin + all.size()));
    }
    return all;
}

Status EvidenceReader::visit(SeqRange range, const std::function<bool(Seq seq, ByteView bytes)>& visitor) {
    return guarded("read audit records from " + std::to_string(range.begin), [&]() -> Status {
        const Use use(m_range);
        m_range.bind(1, sqlInt(range.begin));
        m_range.bind(2, sqlInt(range.end));
        while (m_range.executeStep() && visitor(Seq(static_cast<std::uint64_t>(m_range.getColumn(0).getInt64())),
                                                blobOf(m_range.getColumn(1)))) {
        }
        return {};
    });
}

Result<std::vector<Seq>> EvidenceReader::newest(SeqRange range, std::size_t most) {
    return guarded("list audit records", [&]() -> Result<std::vector<Seq>> {
        SQLite::Statement query(*m_database,
                                "SELECT seq FROM rec WHERE seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?");
        query.bind(1, sqlInt(range.begin));
        query.bind(2, sqlInt(range.end));
        query.bind(3, sqlInt(most));
        std::vector<Seq> found;
        while (query.executeStep()) {
            found.emplace_back(static_cast<std::uint64_t>(query.getColumn(0).getInt64()));
        }
        return found;
    });
}

Result<std::vector<Digest>> EvidenceReader::tile(unsigned level, std::uint64_t index) {
    const std::string name = "tile " + std::to_string(level) + "/" + std::to_string(index) + " of the audit log";
    return guarded("read " + name, [&]() -> Result<std::vector<Digest>> {
        const Use use(m_tile);
        m_tile.bind(1, sqlInt(level));
        m_tile.bind(2, sqlInt(index));
        if (!m_tile.executeStep()) {
            return Error{ErrorCode::Corrupt, name + " is missing"};
        }
        return merkle::unpackDigests(blobOf(m_tile.getColumn(0)));
    });
}

Result<std::vector<StoredCheckpoint>> EvidenceReader::checkpoints(SeqRange sizes) {
    return guarded("read checkpoints", [&]() -> Result<std::vector<StoredCheckpoint>> {
        SQLite::Statement query(*m_database,
                                "SELECT size, note FROM checkpoint WHERE size >= ? AND size < ? ORDER BY size");
        query.bind(1, sqlInt(sizes.begin));
        query.bind(2, sqlInt(sizes.end));
        std::vector<StoredCheckpoint> found;
        while (query.executeStep()) {
            found.push_back(
                {static_cast<std::uint64_t>(query.getColumn(0).getInt64()), query.getColumn(1).getString()});
        }
        return found;
    });
}

Result<std::optional<StoredCheckpoint>> EvidenceReader::newestCheckpoint() {
    return guarded("read the newest checkpoint", [&]() -> Result<std::optional<StoredCheckpoint>> {
        SQLite::Statement query(*m_database, "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1");
        if (!query.executeStep()) {
            return std::optional<StoredCheckpoint>();
        }
        return std::optional(StoredCheckpoint{static_cast<std::uint64_t>(query.getColumn(0).getInt64()),
                                              query.getColumn(1).getString()});
    });
}

Result<std::vector<Seq>> EvidenceReader::openIntents() {
    return guarded("read open intents", [&]() -> Result<std::vector<Seq>> {
        SQLite::Statement query(*m_database, "SELECT seq FROM open_intent ORDER BY seq");
        std::vector<Seq> found;
        while (query.executeStep()) {
            found.emplace_back(static_cast<std::uint64_t>(query.getColumn(0).getInt64()));
        }
        return found;
    });
}

Result<ReaderPool::Lease> ReaderPool::borrow() {
    {
        const MutexLock lock(m_mutex);
        if (!m_idle.empty()) {
            Lease lease(*this, std::move(m_idle.back()));
            m_idle.pop_back();
            return lease;
        }
    }
    GNOMON_ASSIGN(std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(m_file));
    return Lease(*this, std::move(reader));
}

void ReaderPool::giveBack(std::unique_ptr<EvidenceReader> reader) {
    reader->releaseSnapshot();
    const MutexLock lock(m_mutex);
    if (m_idle.size() < kIdleReaders) {
        m_idle.push_back(std::move(reader));
    }
}

} // namespace gnomon::audit
