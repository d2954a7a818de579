// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/sqlite.h"
#include "backend/domain/audit.h"

#include <vector>

namespace gnomon::audit {

// What the index says matches. Not to be trusted before the records were read.
struct IndexHits {
    std::vector<Seq> page; // newest first, at most the filter's page size
    bool more = false;
    std::uint64_t matching = 0;
    bool atLeast = false;
};

// True when the filter leaves nothing to search for: every record matches.
bool matchesAll(const AuditFilter& filter);
// Whether a record fits everything of the filter but words, times and page.
bool fits(const AuditFilter& filter, const AuditRecord& record);

// Answers searches from audit_index.db. Used by one thread at a time.
class IndexQuery {
public:
    static Result<std::unique_ptr<IndexQuery>> open(const std::filesystem::path& file);

    Result<IndexHits> find(const AuditFilter& filter);

private:
    explicit IndexQuery(std::unique_ptr<SQLite::Database> database) : m_database(std::move(database)) {}
    SeqRange rangeOf(const AuditFilter& filter);
    std::uint64_t firstAt(WallTime time);

    std::unique_ptr<SQLite::Database> m_database;
};

} // namespace gnomon::audit
