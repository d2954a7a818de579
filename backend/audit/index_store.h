// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/sqlite.h"
#include "backend/domain/audit.h"

#include <vector>

namespace gnomon::audit {

// audit_index.db as its one writer sees it (FORMAT.md section 7). Used by one thread at a time.
class IndexStore {
public:
    // Opens it, or makes an empty one when there is none, it is damaged or of another version.
    static Result<std::unique_ptr<IndexStore>> open(const std::filesystem::path& file);
    // Deletes the files of the index.
    static void remove(const std::filesystem::path& file);

    // How many records it holds: those before this sequence number.
    std::uint64_t indexed() const { return m_indexed; }
    // Leaf hash of the last one; zero when there is none. Tells whether it belongs to the log.
    const Digest& lastLeaf() const { return m_lastLeaf; }

    // The next records, in order. REQUIRES: the first one's seq is indexed().
    Status add(const std::vector<StoredRecord>& records);

private:
    explicit IndexStore(std::unique_ptr<SQLite::Database> database);
    void insert(const AuditRecord& record);

    std::unique_ptr<SQLite::Database> m_database;
    SQLite::Statement m_entry;
    SQLite::Statement m_words;
    SQLite::Statement m_state;
    std::uint64_t m_indexed = 0;
    std::int64_t m_time = 0; // of the last entry; never runs backward
    Digest m_lastLeaf;
};

// Whether a person did it, and not a policy of the node's.
bool isHuman(const AuditRecord& record);

} // namespace gnomon::audit
