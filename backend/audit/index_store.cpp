// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_store.h"
#include "backend/base/check.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr int kApplicationId = 0x474E4F49; // "GNOI"
constexpr int kVersion = 3;

// The lists have rowids: in a table without, each comparison on the way to a key reads a list of 8 KiB.
constexpr const char* kTables = R"(
CREATE TABLE block(first INTEGER PRIMARY KEY, records INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
                   leaf BLOB NOT NULL) STRICT;
CREATE TABLE list(block INTEGER NOT NULL, term BLOB NOT NULL, positions BLOB NOT NULL,
                  PRIMARY KEY(block, term)) STRICT;
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

IndexStore::IndexStore(std::unique_ptr<SQLite::Database> database)
    : m_database(std::move(database)), m_block(*m_database, "INSERT INTO block VALUES(?, ?, ?, ?, ?)"),
      m_list(*m_database, "INSERT INTO list VALUES(?, ?, ?)") {
    SQLite::Statement last(*m_database, "SELECT first + records, until, leaf FROM block ORDER BY first DESC LIMIT 1");
    if (last.executeStep()) {
        m_indexed = static_cast<std::uint64_t>(last.getColumn(0).getInt64());
        m_lastTime = last.getColumn(1).getInt64();
        const ByteView leaf = blobOf(last.getColumn(2));
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

Status IndexStore::add(const IndexBlock& block, const Digest& lastLeaf) {
    GNOMON_CHECK(block.head().first == m_indexed); // see the contract
    return guarded("write the search index", [&]() -> Status {
        const BlockHead& head = block.head();
        const auto first = static_cast<std::int64_t>(head.first);
        SQLite::Transaction transaction(*m_database);
        m_block.bind(1, first);
        m_block.bind(2, static_cast<std::int64_t>(head.records));
        m_block.bind(3, head.since);
        m_block.bind(4, head.until);
        bindBytes(m_block, 5, lastLeaf.bytes);
        run(m_block);
        for (const auto& [term, positions] : block.sorted()) {
            m_list.bind(1, first);
            bindBytes(m_list, 2, asBytes(term));
            bindBytes(m_list, 3, positions);
            run(m_list);
        }
        transaction.commit();
        m_indexed = head.end();
        m_lastTime = head.until;
        m_lastLeaf = lastLeaf;
        return {};
    });
}

} // namespace gnomon::audit
