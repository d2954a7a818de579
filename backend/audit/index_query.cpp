// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_query.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

constexpr std::uint64_t kCountLimit = 10'000;
constexpr const char* kCache = "PRAGMA cache_size=-16384"; // holds the lists of a filter while somebody pages

std::int64_t micros(WallTime time) {
    return static_cast<std::int64_t>(time.time_since_epoch().count());
}

// One stored block; the statement is its lookup.
class StoredBlock final : public BlockLists {
public:
    StoredBlock(SQLite::Statement& list, std::uint64_t first) : m_list(list), m_first(first) {}
    ~StoredBlock() override { m_list.tryReset(); }
    StoredBlock(const StoredBlock&) = delete;
    StoredBlock& operator=(const StoredBlock&) = delete;

    std::optional<ByteView> list(std::string_view term) override {
        m_list.reset();
        m_list.bind(1, static_cast<std::int64_t>(m_first));
        bindBytes(m_list, 2, asBytes(term));
        return m_list.executeStep() ? std::optional(blobOf(m_list.getColumn(0))) : std::nullopt;
    }

private:
    SQLite::Statement& m_list;
    const std::uint64_t m_first;
};

} // namespace

bool matchesAll(const AuditFilter& filter) {
    return !filter.person && !filter.action && !filter.object && !filter.kind && !filter.result && !filter.words &&
           !filter.from && !filter.until && !filter.humansOnly && !filter.withoutViews;
}

bool fits(const AuditFilter& filter, const AuditRecord& record) {
    const auto same = [](const std::optional<std::string>& wanted, const std::string& is) {
        return !wanted || *wanted == is;
    };
    return same(filter.person, record.actor.person) && same(filter.action, record.action) &&
           same(filter.object, record.object) && same(filter.result, record.result) &&
           (!filter.kind || *filter.kind == record.kind) && (!filter.humansOnly || isHuman(record)) &&
           (!hidesViews(filter) || record.kind != RecordKind::View);
}

bool IndexSearch::look(const BlockHead& head, BlockLists& lists) {
    if (m_filter.from && head.until < micros(*m_filter.from)) {
        return false; // and older ones are earlier still
    }
    const bool counting = m_hits.matching <= kCountLimit;
    const bool paging = !m_hits.more;
    if (!counting && !paging) {
        return false;
    }
    const bool ofThePage = !m_filter.before || head.first < m_filter.before->value;
    if (!counting && !ofThePage) {
        return true;
    }
    const std::size_t begin = m_filter.from ? positionAt(head, lists, micros(*m_filter.from)) : 0;
    const std::size_t end =
        m_filter.until ? positionAt(head, lists, micros(*m_filter.until)) : static_cast<std::size_t>(head.records);
    PositionSet matches(begin, end);
    for (const std::string& term : m_terms.all) {
        const std::optional<ByteView> list = matches.empty() ? std::nullopt : lists.list(term);
        if (!list) {
            return true;
        }
        matches.keep(*list);
    }
    if (!m_terms.none.empty()) {
        if (const std::optional<ByteView> list = lists.list(m_terms.none)) {
            matches.drop(*list);
        }
    }
    take(head, matches);
    return true;
}

void IndexSearch::take(const BlockHead& head, const PositionSet& matches) {
    m_hits.matching += matches.count();
    std::uint64_t end = head.records;
    if (m_filter.before) {
        end = std::min(end, m_filter.before->value - std::min(m_filter.before->value, head.first));
    }
    matches.visitDown(static_cast<std::size_t>(end), [&](std::size_t position) {
        m_hits.more = m_hits.page.size() >= m_filter.pageSize;
        if (!m_hits.more) {
            m_hits.page.emplace_back(head.first + position);
        }
        return !m_hits.more;
    });
}

IndexHits IndexSearch::hits() && {
    m_hits.atLeast = m_hits.matching > kCountLimit;
    m_hits.matching = std::min(m_hits.matching, kCountLimit);
    return std::move(m_hits);
}

IndexQuery::IndexQuery(std::unique_ptr<SQLite::Database> database)
    : m_database(std::move(database)),
      m_blocks(*m_database, "SELECT first, records, since, until FROM block WHERE first < ? ORDER BY first DESC"),
      m_list(*m_database, "SELECT positions FROM list WHERE block = ? AND term = ?") {}

Result<std::unique_ptr<IndexQuery>> IndexQuery::open(const std::filesystem::path& file) {
    return guarded("read " + file.string(), [&]() -> Result<std::unique_ptr<IndexQuery>> {
        std::unique_ptr<SQLite::Database> database = openDatabase(file, Access::Read);
        database->exec(kCache);
        return std::unique_ptr<IndexQuery>(new IndexQuery(std::move(database)));
    });
}

Status IndexQuery::show(IndexSearch& search, std::uint64_t before) {
    return guarded("search the audit log", [&]() -> Status {
        m_blocks.reset();
        m_blocks.bind(1, static_cast<std::int64_t>(before));
        bool more = true;
        while (more && m_blocks.executeStep()) {
            const auto number = [&](int column) { return m_blocks.getColumn(column).getInt64(); };
            const BlockHead head{static_cast<std::uint64_t>(number(0)), static_cast<std::uint64_t>(number(1)),
                                 number(2), number(3)};
            if (head.end() != before || head.records > kBlockRecords) {
                break;
            }
            StoredBlock block(m_list, head.first);
            more = search.look(head, block);
            before = head.first;
        }
        m_blocks.reset();
        if (more && before != 0) {
            return Error{ErrorCode::Corrupt, "the search index has no records before record " + std::to_string(before)};
        }
        return {};
    });
}

} // namespace gnomon::audit
