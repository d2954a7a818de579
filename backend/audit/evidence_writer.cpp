// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/evidence_writer.h"
#include "backend/audit/schema.h"

namespace gnomon::audit {

namespace {

std::int64_t sqlInt(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

} // namespace

EvidenceWriter::EvidenceWriter(std::unique_ptr<SQLite::Database> database)
    : m_database(std::move(database)), m_rec(*m_database, "INSERT INTO rec VALUES(?, ?)"),
      m_payload(*m_database, "INSERT INTO payload VALUES(?, ?, ?)"),
      m_tile(*m_database, "INSERT INTO tile VALUES(?, ?, ?)"),
      m_head(*m_database, "UPDATE head SET size = ?, partial = ? WHERE id = 0 AND size = ?"),
      m_checkpoint(*m_database, "INSERT OR REPLACE INTO checkpoint VALUES(?, ?)"),
      // Of the checkpoints since the last full tile only the newest is kept.
      m_thin(*m_database, "DELETE FROM checkpoint WHERE size < ?1 AND size > (?1 - 1) / 256 * 256"),
      m_open(*m_database, "INSERT INTO open_intent VALUES(?)"),
      m_close(*m_database, "DELETE FROM open_intent WHERE seq = ?") {}

Result<std::unique_ptr<EvidenceWriter>> EvidenceWriter::open(const std::filesystem::path& file) {
    GNOMON_ASSIGN(auto database, openEvidence(file, Access::Write));
    return guarded("write " + file.string(), [&]() -> Result<std::unique_ptr<EvidenceWriter>> {
        return std::unique_ptr<EvidenceWriter>(new EvidenceWriter(std::move(database)));
    });
}

void EvidenceWriter::insert(const NewRecord& record) {
    m_rec.bind(1, sqlInt(record.seq.value));
    bindBytes(m_rec, 2, record.bytes);
    run(m_rec);
    if (!record.payload.empty()) {
        m_payload.bind(1, sqlInt(record.seq.value));
        bindBytes(m_payload, 2, record.salt);
        bindBytes(m_payload, 3, record.payload);
        run(m_payload);
    }
    if (record.opensIntent) {
        m_open.bind(1, sqlInt(record.seq.value));
        run(m_open);
    }
    if (record.closesIntent) {
        m_close.bind(1, sqlInt(record.closesIntent->value));
        run(m_close);
    }
}

void EvidenceWriter::storeCheckpoint(const StoredCheckpoint& checkpoint) {
    m_checkpoint.bind(1, sqlInt(checkpoint.size));
    m_checkpoint.bind(2, checkpoint.note);
    run(m_checkpoint);
    m_thin.bind(1, sqlInt(checkpoint.size));
    run(m_thin);
}

Status EvidenceWriter::commit(const NewBatch& batch) {
    return guarded("append to the audit log", [&]() -> Status {
        SQLite::Transaction transaction(*m_database, SQLite::TransactionBehavior::IMMEDIATE);
        for (const NewRecord& record : batch.records) {
            insert(record);
        }
        for (const merkle::Tile& tile : batch.tiles) {
            const Bytes data = merkle::packDigests(tile.hashes);
            m_tile.bind(1, sqlInt(tile.level));
            m_tile.bind(2, sqlInt(tile.index));
            bindBytes(m_tile, 3, data);
            run(m_tile);
        }
        m_head.bind(1, sqlInt(batch.sizeAfter));
        bindBytes(m_head, 2, batch.partial);
        m_head.bind(3, sqlInt(batch.sizeBefore));
        run(m_head);
        if (m_database->getChanges() != 1) {
            return Error{ErrorCode::Unavailable,
                         "cannot append to the audit log: its size is not " + std::to_string(batch.sizeBefore) +
                             " any more",
                         "stop the other program that writes to it"};
        }
        if (batch.checkpoint) {
            storeCheckpoint(*batch.checkpoint);
        }
        transaction.commit();
        return {};
    });
}

} // namespace gnomon::audit
