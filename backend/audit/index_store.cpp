// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_store.h"
#include "backend/base/check.h"
#include "backend/merkle/hash.h"
#include "backend/merkle/tiles.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr int kApplicationId = 0x474E4F49; // "GNOI"
constexpr int kVersion = 1;

// SQLite never intersects two indexes, so each pair of filters that must be fast when little matches has its own.
constexpr const char* kTables = R"(
CREATE TABLE entry(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, person TEXT NOT NULL, action TEXT NOT NULL,
                   object TEXT NOT NULL, kind TEXT NOT NULL, result TEXT NOT NULL, human INTEGER NOT NULL) STRICT;
CREATE INDEX by_time ON entry(time);
CREATE INDEX by_person ON entry(person);
CREATE INDEX by_action ON entry(action);
CREATE INDEX by_object ON entry(object);
CREATE INDEX by_kind ON entry(kind);
CREATE INDEX by_result ON entry(result);
CREATE INDEX by_human ON entry(human);
CREATE INDEX by_person_action ON entry(person, action);
CREATE INDEX by_object_action ON entry(object, action);
CREATE INDEX by_person_object ON entry(person, object);
CREATE VIRTUAL TABLE words USING fts5(reason, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 0), indexed INTEGER NOT NULL, leaf BLOB NOT NULL,
                   time INTEGER NOT NULL) STRICT;
INSERT INTO state VALUES(0, 0, x'', 0);
)";

// Null when the file is not an index of this version.
std::unique_ptr<SQLite::Database> openOnce(const std::filesystem::path& file) {
    auto database = openDatabase(file, Access::Write);
    // A lost tail is indexed again, so nothing has to be synced at each commit.
    database->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    if (database->execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0) {
        SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
        database->exec("PRAGMA application_id=" + std::to_string(kApplicationId));
        database->exec("PRAGMA user_version=" + std::to_string(kVersion));
        database->exec(kTables);
        transaction.commit();
    }
    const bool ours = database->execAndGet("PRAGMA application_id").getInt() == kApplicationId &&
                      database->execAndGet("PRAGMA user_version").getInt() == kVersion;
    return ours ? std::move(database) : nullptr;
}

} // namespace

bool isHuman(const AuditRecord& record) {
    return !record.actor.person.starts_with("machine:");
}

IndexStore::IndexStore(std::unique_ptr<SQLite::Database> database)
    : m_database(std::move(database)), m_entry(*m_database, "INSERT INTO entry VALUES(?, ?, ?, ?, ?, ?, ?, ?)"),
      m_words(*m_database, "INSERT INTO words(rowid, reason) VALUES(?, ?)"),
      m_state(*m_database, "UPDATE state SET indexed = ?, leaf = ?, time = ? WHERE id = 0") {
    SQLite::Statement query(*m_database, "SELECT indexed, leaf, time FROM state WHERE id = 0");
    if (query.executeStep()) {
        m_indexed = static_cast<std::uint64_t>(query.getColumn(0).getInt64());
        m_time = query.getColumn(2).getInt64();
        const ByteView leaf = blobOf(query.getColumn(1));
        std::copy_n(leaf.begin(), std::min(leaf.size(), m_lastLeaf.bytes.size()), m_lastLeaf.bytes.begin());
    }
}

void IndexStore::remove(const std::filesystem::path& file) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::error_code ignored; // what cannot be removed fails again when it is opened
        std::filesystem::remove(file.string() + suffix, ignored);
    }
}

Result<std::unique_ptr<IndexStore>> IndexStore::open(const std::filesystem::path& file) {
    const auto attempt = [&]() -> Result<std::unique_ptr<IndexStore>> {
        auto database = openOnce(file);
        if (database == nullptr) {
            return Error{ErrorCode::Corrupt, file.string() + " is not a search index of this version"};
        }
        return std::unique_ptr<IndexStore>(new IndexStore(std::move(database)));
    };
    Result<std::unique_ptr<IndexStore>> opened = guarded("open " + file.string(), attempt);
    if (!opened.ok() && opened.error().code == ErrorCode::Corrupt) {
        remove(file);
        opened = guarded("make " + file.string(), attempt);
    }
    return opened;
}

void IndexStore::insert(const AuditRecord& record) {
    m_time = std::max(m_time, static_cast<std::int64_t>(record.time.time_since_epoch().count()));
    const auto seq = static_cast<std::int64_t>(record.seq.value);
    m_entry.bind(1, seq);
    m_entry.bind(2, m_time);
    bindText(m_entry, 3, record.actor.person);
    bindText(m_entry, 4, record.action);
    bindText(m_entry, 5, record.object);
    bindText(m_entry, 6, recordKindName(record.kind));
    bindText(m_entry, 7, record.result);
    m_entry.bind(8, isHuman(record) ? 1 : 0);
    run(m_entry);
    if (!record.reason.empty()) {
        m_words.bind(1, seq);
        bindText(m_words, 2, record.reason);
        run(m_words);
    }
}

Status IndexStore::add(const std::vector<StoredRecord>& records) {
    if (records.empty()) {
        return {};
    }
    GNOMON_CHECK(records.front().record.seq.value == m_indexed); // see the contract
    return guarded("write the search index", [&]() -> Status {
        SQLite::Transaction transaction(*m_database);
        for (const StoredRecord& record : records) {
            insert(record.record);
        }
        const Digest leaf = merkle::leafHash(records.back().bytes);
        m_state.bind(1, static_cast<std::int64_t>(records.back().record.seq.value + 1));
        bindBytes(m_state, 2, leaf.bytes);
        m_state.bind(3, m_time);
        run(m_state);
        transaction.commit();
        m_indexed = records.back().record.seq.value + 1;
        m_lastLeaf = leaf;
        return {};
    });
}

} // namespace gnomon::audit
