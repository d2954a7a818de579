// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/index_block.h"
#include "backend/audit/index_terms.h"
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

// One search, which is shown the blocks one after the other, the newest first. Its work for a block is bounded
// whatever the records are: one look for each term, and the page.
class IndexSearch {
public:
    // Both must outlive it.
    IndexSearch(const AuditFilter& filter, const WantedTerms& terms) : m_filter(filter), m_terms(terms) {}

    // False: no older block is wanted.
    bool look(const BlockHead& head, BlockLists& lists);
    IndexHits hits() &&;

private:
    void take(const BlockHead& head, const PositionSet& matches);

    const AuditFilter& m_filter;
    const WantedTerms& m_terms;
    IndexHits m_hits;
};

// The stored blocks, for searches. Used by one thread at a time.
class IndexQuery {
public:
    static Result<std::unique_ptr<IndexQuery>> open(const std::filesystem::path& file);

    // Shows the search all stored blocks before that record. Corrupt when some are missing.
    Status show(IndexSearch& search, std::uint64_t before);

private:
    explicit IndexQuery(std::unique_ptr<SQLite::Database> database);

    std::unique_ptr<SQLite::Database> m_database;
    SQLite::Statement m_blocks;
    SQLite::Statement m_list;
};

} // namespace gnomon::audit
