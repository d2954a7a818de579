// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/sqlite.h"
#include "backend/merkle/tiles.h"

namespace gnomon::audit {

// One record as it will lie in the tables.
struct NewRecord {
    Seq seq;
    Bytes bytes;
    Bytes salt; // with payload; both empty when there is none
    Bytes payload;
    bool opensIntent = false;
    std::optional<Seq> closesIntent;
};

// Everything that one transaction changes.
struct NewBatch {
    std::vector<NewRecord> records;
    std::vector<merkle::Tile> tiles;
    std::uint64_t sizeBefore = 0;
    std::uint64_t sizeAfter = 0;
    Bytes partial;                              // of the head afterwards
    std::optional<StoredCheckpoint> checkpoint; // of an earlier commit
};

// The one write connection to audit.db. Used by one thread at a time. After any error its state is unknown and it must
// be thrown away (FORMAT.md section 4).
class EvidenceWriter {
public:
    static Result<std::unique_ptr<EvidenceWriter>> open(const std::filesystem::path& file);

    // All of it durable, or an error and nobody knows.
    Status commit(const NewBatch& batch);

private:
    explicit EvidenceWriter(std::unique_ptr<SQLite::Database> database);
    void insert(const NewRecord& record);
    void storeCheckpoint(const StoredCheckpoint& checkpoint);

    std::unique_ptr<SQLite::Database> m_database;
    SQLite::Statement m_rec;
    SQLite::Statement m_payload;
    SQLite::Statement m_tile;
    SQLite::Statement m_head;
    SQLite::Statement m_checkpoint;
    SQLite::Statement m_thin;
    SQLite::Statement m_open;
    SQLite::Statement m_close;
};

} // namespace gnomon::audit
