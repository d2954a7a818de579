// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/index_query.h"
#include "backend/audit/index_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <variant>

namespace gnomon::audit {

namespace {

constexpr std::uint64_t kNoEnd = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr std::uint64_t kCountLimit = 10'000;
// In virtual machine instructions: some 20 ms.
constexpr int kCountStep = 1000;
constexpr int kCountSteps = 2000;

// A WHERE clause with the values for its question marks.
struct Conditions {
    std::string from;
    std::string where;
    std::string order; // the column that is the sequence number
    std::vector<std::variant<std::int64_t, std::string>> values;

    void add(const std::string& condition, std::variant<std::int64_t, std::string> value) {
        where += (where.empty() ? "" : " AND ") + condition;
        values.push_back(std::move(value));
    }
    void bind(SQLite::Statement& statement) const {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const int at = static_cast<int>(i) + 1;
            if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
                statement.bind(at, *number);
            } else {
                statement.bind(at, std::get<std::string>(values[i]));
            }
        }
    }
};

// The index that leaves the fewest rows to look at. Said explicitly: without statistics SQLite guesses, and a wrong
// guess reads the whole log.
std::string indexFor(const AuditFilter& filter) {
    if (filter.person && filter.action) {
        return "by_person_action";
    }
    if (filter.person && filter.object) {
        return "by_person_object";
    }
    if (filter.object && filter.action) {
        return "by_object_action";
    }
    if (filter.person) {
        return "by_person";
    }
    if (filter.object) {
        return "by_object";
    }
    if (filter.action) {
        return "by_action";
    }
    if (filter.kind) {
        return "by_kind";
    }
    if (filter.result) {
        return "by_result";
    }
    return filter.humansOnly ? "by_human" : "";
}

bool hidesViews(const AuditFilter& filter) {
    return filter.withoutViews && filter.kind != RecordKind::View;
}

// Each word as a quoted string, so that nothing in it is an operator.
std::string matchExpression(std::string_view words) {
    std::string expression;
    while (!words.empty()) {
        const std::size_t start = words.find_first_not_of(" \t");
        if (start == std::string_view::npos) {
            break;
        }
        words.remove_prefix(start);
        const std::string_view word = words.substr(0, words.find_first_of(" \t"));
        expression += expression.empty() ? "\"" : " \"";
        for (const char c : word) {
            expression += c == '"' ? "\"\"" : std::string(1, c);
        }
        expression += "\"";
        words.remove_prefix(word.size());
    }
    return expression;
}

Conditions conditionsOf(const AuditFilter& filter, SeqRange range) {
    Conditions conditions;
    if (filter.words) {
        conditions.from = "words CROSS JOIN entry ON entry.seq = words.rowid";
        conditions.order = "words.rowid";
        conditions.add("words MATCH ?", matchExpression(*filter.words));
    } else {
        const std::string index = indexFor(filter);
        conditions.from = index.empty() ? "entry NOT INDEXED" : "entry INDEXED BY " + index;
        conditions.order = "entry.seq";
    }
    const auto text = [&](const char* column, const std::optional<std::string>& value) {
        if (value) {
            conditions.add(std::string(column) + " = ?", *value);
        }
    };
    text("person", filter.person);
    text("action", filter.action);
    text("object", filter.object);
    text("result", filter.result);
    if (filter.kind) {
        conditions.add("kind = ?", std::string(recordKindName(*filter.kind)));
    }
    if (hidesViews(filter)) {
        conditions.add("kind <> ?", std::string(recordKindName(RecordKind::View)));
    }
    if (filter.humansOnly) {
        conditions.add("human = ?", std::int64_t{1});
    }
    conditions.add(conditions.order + " >= ?", static_cast<std::int64_t>(range.begin));
    conditions.add(conditions.order + " < ?", static_cast<std::int64_t>(range.end));
    return conditions;
}

// Ends a statement after a number of steps: a count is not worth more.
class StepLimit {
public:
    explicit StepLimit(SQLite::Database& database) : m_database(database) {
        sqlite3_progress_handler(m_database.getHandle(), kCountStep, &StepLimit::step, this);
    }
    ~StepLimit() { sqlite3_progress_handler(m_database.getHandle(), 0, nullptr, nullptr); }
    StepLimit(const StepLimit&) = delete;
    StepLimit& operator=(const StepLimit&) = delete;

private:
    static int step(void* self) { return --static_cast<StepLimit*>(self)->m_left <= 0 ? 1 : 0; }

    SQLite::Database& m_database;
    int m_left = kCountSteps;
};

void count(SQLite::Database& database, const Conditions& conditions, IndexHits& hits) {
    SQLite::Statement query(database, "SELECT 1 FROM " + conditions.from + " WHERE " + conditions.where + " LIMIT " +
                                          std::to_string(kCountLimit + 1));
    conditions.bind(query);
    const StepLimit limit(database);
    std::uint64_t found = 0;
    int code = SQLITE_ROW;
    while ((code = query.tryExecuteStep()) == SQLITE_ROW) {
        ++found;
    }
    const std::uint64_t known = hits.page.size() + (hits.more ? 1 : 0);
    hits.matching = std::max(std::min(found, kCountLimit), known);
    hits.atLeast = code != SQLITE_DONE || found > kCountLimit;
}

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

Result<std::unique_ptr<IndexQuery>> IndexQuery::open(const std::filesystem::path& file) {
    return guarded("read " + file.string(), [&]() -> Result<std::unique_ptr<IndexQuery>> {
        return std::unique_ptr<IndexQuery>(new IndexQuery(openDatabase(file, Access::Read)));
    });
}

// The first sequence number whose index time is not before `time`; index times never run backward.
std::uint64_t IndexQuery::firstAt(WallTime time) {
    SQLite::Statement query(*m_database, "SELECT seq FROM entry INDEXED BY by_time WHERE time >= ? "
                                         "ORDER BY time, seq LIMIT 1");
    query.bind(1, static_cast<std::int64_t>(time.time_since_epoch().count()));
    return query.executeStep() ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : kNoEnd;
}

SeqRange IndexQuery::rangeOf(const AuditFilter& filter) {
    SeqRange range{0, kNoEnd};
    if (filter.from) {
        range.begin = firstAt(*filter.from);
    }
    if (filter.until) {
        range.end = firstAt(*filter.until);
    }
    return range;
}

Result<IndexHits> IndexQuery::find(const AuditFilter& filter) {
    return guarded("search the audit log", [&]() -> Result<IndexHits> {
        const SeqRange whole = rangeOf(filter);
        SeqRange range = whole;
        if (filter.before) {
            range.end = std::min(range.end, filter.before->value);
        }
        const Conditions conditions = conditionsOf(filter, range);
        SQLite::Statement query(*m_database, "SELECT " + conditions.order + " FROM " + conditions.from + " WHERE " +
                                                 conditions.where + " ORDER BY " + conditions.order + " DESC LIMIT " +
                                                 std::to_string(filter.pageSize + 1));
        conditions.bind(query);
        IndexHits hits;
        while (query.executeStep()) {
            hits.page.emplace_back(static_cast<std::uint64_t>(query.getColumn(0).getInt64()));
        }
        hits.more = hits.page.size() > filter.pageSize;
        if (hits.more) {
            hits.page.pop_back();
        }
        count(*m_database, conditionsOf(filter, whole), hits);
        return hits;
    });
}

} // namespace gnomon::audit
