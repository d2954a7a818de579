// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/index_block.h"
#include "backend/audit/sqlite.h"

namespace gnomon::audit {

// audit_index.db as its one writer sees it: blocks that are full, which never change (FORMAT.md section 7). Used by one
// thread at a time.
class IndexStore {
public:
    // Opens it, or makes an empty one when there is none, it is damaged or of another version.
    static Result<std::unique_ptr<IndexStore>> open(const std::filesystem::path& file);
    // Deletes the files of the index.
    static void remove(const std::filesystem::path& file);

    // How many records it holds: those before this sequence number.
    std::uint64_t indexed() const { return m_indexed; }
    // Index time and leaf hash of the last one; zero when there is none. The hash tells whether it belongs to the log.
    std::int64_t lastTime() const { return m_lastTime; }
    const Digest& lastLeaf() const { return m_lastLeaf; }

    // The next block. REQUIRES: its first record is indexed().
    Status add(const IndexBlock& block, const Digest& lastLeaf);

private:
    explicit IndexStore(std::unique_ptr<SQLite::Database> database);

    std::unique_ptr<SQLite::Database> m_database;
    SQLite::Statement m_block;
    SQLite::Statement m_list;
    std::uint64_t m_indexed = 0;
    std::int64_t m_lastTime = 0;
    Digest m_lastLeaf;
};

} // namespace gnomon::audit
