// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_query.h"

#include "backend/base/byte_codec.h"
#include "backend/store/exchange_codec.h"

#include <limits>

namespace gnomon::store {

namespace {

constexpr std::size_t kMostPerPage = 1000;
// Up to this many rows are sorted in memory when a span of time is asked for by disagreement; more than that and
// walking the whole index by disagreement is the faster way.
constexpr int kShortSpan = 50'000;

constexpr std::int64_t kFirstTime = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLastTime = std::numeric_limits<std::int64_t>::max();

// Where a page ended, in the order of its list. Stable: rows that come or go meanwhile are neither repeated nor
// skipped over.
struct PageToken {
    bool byGap = false;
    std::int64_t time = 0;
    bool differs = false;
    double gap = 0;
    std::int64_t seq = 0;
};

std::string encodeToken(const PageToken& token) {
    ByteWriter out;
    out.byte(token.byGap ? 1 : 0);
    out.signedNumber(token.time);
    out.byte(token.differs ? 1 : 0);
    out.real(token.gap);
    out.signedNumber(token.seq);
    return toHex(out.view());
}

Result<PageToken> decodeToken(const std::string& text, bool byGap) {
    const Error refused{ErrorCode::InvalidArgument, "the page token is not one of this list",
                        "start again without a page token", "page_token"};
    const Result<Bytes> bytes = fromHex(text);
    if (!bytes) {
        return refused;
    }
    ByteReader in(*bytes);
    PageToken token;
    token.byGap = in.upTo(1) == 1;
    token.time = in.signedNumber();
    token.differs = in.upTo(1) == 1;
    token.gap = in.real();
    token.seq = in.signedNumber();
    if (!in.finished() || token.byGap != byGap) {
        return refused;
    }
    return token;
}

Error noExchange(const EndpointName& endpoint, const std::string& which) {
    return {
        ErrorCode::NotFound, "no exchange of endpoint '" + endpoint.value + "' is recorded " + which,
        "it may be older than what is kept; of ordinary ones so many a second are ([exchanges] ordinary_per_second)"};
}

std::int64_t fromOf(const ExchangeFilter& filter) {
    return filter.from ? toMicros(*filter.from) : kFirstTime;
}

std::int64_t untilOf(const ExchangeFilter& filter) {
    return filter.until ? toMicros(*filter.until) : kLastTime;
}

std::string listSql(const ExchangeFilter& filter, bool sortedSpan) {
    const bool byGap = filter.mostDisagreeingFirst;
    std::string sql = "SELECT id, body, trace, time_us, differs, gap, seq FROM exchange ";
    if (sortedSpan) {
        sql += "INDEXED BY exchange_by_time ";
    }
    sql += "WHERE endpoint = :endpoint ";
    if (filter.from || filter.until) {
        sql += "AND time_us BETWEEN :from AND :until ";
    }
    if (filter.productionDecision) {
        sql += "AND production_decision = :production ";
    }
    if (filter.shadowDecision) {
        sql += "AND shadow_decision = :shadow ";
    }
    if (filter.onlyDisagreeing) {
        sql += "AND differs = 1 ";
    }
    if (!filter.pageToken.empty()) {
        sql += byGap ? "AND (differs, gap, seq) < (:differs, :gap, :seq) " : "AND (time_us, seq) < (:time, :seq) ";
    }
    sql += byGap ? "ORDER BY differs DESC, gap DESC, seq DESC " : "ORDER BY time_us DESC, seq DESC ";
    return sql + "LIMIT :limit";
}

void bindList(SQLite::Statement& query, const ExchangeFilter& filter, std::int64_t endpoint, const PageToken& after) {
    query.bind(":endpoint", endpoint);
    if (filter.from || filter.until) {
        query.bind(":from", fromOf(filter));
        query.bind(":until", untilOf(filter));
    }
    if (filter.productionDecision) {
        query.bind(":production", *filter.productionDecision);
    }
    if (filter.shadowDecision) {
        query.bind(":shadow", *filter.shadowDecision);
    }
    if (!filter.pageToken.empty()) {
        query.bind(":seq", after.seq);
        if (filter.mostDisagreeingFirst) {
            query.bind(":differs", after.differs ? 1 : 0);
            query.bind(":gap", after.gap);
        } else {
            query.bind(":time", after.time);
        }
    }
    // One more than the page shows whether there is a next one.
    query.bind(":limit", static_cast<std::int64_t>(filter.pageSize) + 1);
}

} // namespace

std::optional<std::int64_t> ExchangeQuery::endpointId(const EndpointName& endpoint) {
    SQLite::Statement query(*m_database, "SELECT id FROM endpoint WHERE name = ?");
    query.bind(1, endpoint.value);
    return query.executeStep() ? std::optional(query.getColumn(0).getInt64()) : std::nullopt;
}

Result<std::optional<Exchange>> ExchangeQuery::first(SQLite::Statement& query, const EndpointName& endpoint) {
    if (!query.executeStep()) {
        return std::optional<Exchange>();
    }
    GNOMON_ASSIGN(Exchange exchange,
                  decodeExchange(ExchangeId(query.getColumn(0).getString()), endpoint, blobOf(query.getColumn(1))));
    exchange.traceParent = query.getColumn(2).getString();
    return std::optional(std::move(exchange));
}

bool ExchangeQuery::isShortSpan(const ExchangeFilter& filter, std::int64_t endpoint) {
    SQLite::Statement count(*m_database, "SELECT count(*) FROM (SELECT 1 FROM exchange INDEXED BY exchange_by_time "
                                         "WHERE endpoint = ? AND time_us BETWEEN ? AND ? LIMIT ?)");
    count.bind(1, endpoint);
    count.bind(2, fromOf(filter));
    count.bind(3, untilOf(filter));
    count.bind(4, kShortSpan + 1);
    count.executeStep();
    return count.getColumn(0).getInt() <= kShortSpan;
}

Result<ExchangePage> ExchangeQuery::list(const ExchangeFilter& filter) {
    if (filter.pageSize < 1 || filter.pageSize > kMostPerPage) {
        return Error{ErrorCode::InvalidArgument, "a page of " + std::to_string(filter.pageSize) + " exchanges",
                     "ask for 1 to 1000", "page_size"};
    }
    if (filter.experiment) {
        return Error{ErrorCode::InvalidArgument, "exchanges are recorded by time, not by experiment",
                     "ask for the span of time of the experiment", "experiment"};
    }
    PageToken after;
    if (!filter.pageToken.empty()) {
        GNOMON_ASSIGN(after, decodeToken(filter.pageToken, filter.mostDisagreeingFirst));
    }
    return guarded("list exchanges of endpoint '" + filter.endpoint.value + "'", [&]() -> Result<ExchangePage> {
        MutexLock lock(m_mutex);
        ExchangePage page;
        const auto endpoint = endpointId(filter.endpoint);
        if (!endpoint) {
            return page;
        }
        const bool span = (filter.from || filter.until) && filter.mostDisagreeingFirst && !filter.shadowDecision;
        SQLite::Statement query(*m_database, listSql(filter, span && isShortSpan(filter, *endpoint)));
        bindList(query, filter, *endpoint, after);
        PageToken last;
        last.byGap = filter.mostDisagreeingFirst;
        while (true) {
            GNOMON_ASSIGN(std::optional<Exchange> exchange, first(query, filter.endpoint));
            if (!exchange) {
                return page;
            }
            if (page.exchanges.size() == filter.pageSize) {
                page.nextPageToken = encodeToken(last);
                return page;
            }
            page.exchanges.push_back(std::move(*exchange));
            last.time = query.getColumn(3).getInt64();
            last.differs = query.getColumn(4).getInt() != 0;
            last.gap = query.getColumn(5).getDouble();
            last.seq = query.getColumn(6).getInt64();
        }
    });
}

Result<port::RecordedExchange> ExchangeQuery::get(const ExchangeId& id) {
    const std::string name = "exchange " + printable(id.value, 64);
    return guarded("read " + name, [&]() -> Result<port::RecordedExchange> {
        MutexLock lock(m_mutex);
        SQLite::Statement query(*m_database, "SELECT exchange.id, exchange.body, trace, endpoint.name, payload.body "
                                             "FROM exchange JOIN endpoint ON endpoint.id = exchange.endpoint "
                                             "LEFT JOIN payload ON payload.seq = exchange.seq WHERE exchange.id = ?");
        query.bind(1, id.value);
        if (!query.executeStep()) {
            return Error{ErrorCode::NotFound, name + " is not recorded", "it may be older than what is kept"};
        }
        port::RecordedExchange found;
        GNOMON_ASSIGN(found.exchange,
                      decodeExchange(id, EndpointName(query.getColumn(3).getString()), blobOf(query.getColumn(1))));
        found.exchange.traceParent = query.getColumn(2).getString();
        if (!query.getColumn(4).isNull()) {
            GNOMON_ASSIGN(found.payload, decodePayload(id, blobOf(query.getColumn(4))));
        }
        return found;
    });
}

Result<std::vector<port::RecordedExchange>> ExchangeQuery::recent(const EndpointName& endpoint, std::size_t most) {
    return guarded(
        "read recent exchanges of endpoint '" + endpoint.value + "'",
        [&]() -> Result<std::vector<port::RecordedExchange>> {
            MutexLock lock(m_mutex);
            std::vector<port::RecordedExchange> all;
            const auto number = endpointId(endpoint);
            if (!number) {
                return all;
            }
            SQLite::Statement query(*m_database,
                                    "SELECT exchange.id, exchange.body, trace, payload.body FROM exchange "
                                    "INDEXED BY exchange_by_time CROSS JOIN payload ON payload.seq = exchange.seq "
                                    "WHERE endpoint = ? ORDER BY time_us DESC, exchange.seq DESC LIMIT ?");
            query.bind(1, *number);
            query.bind(2, static_cast<std::int64_t>(most));
            while (true) {
                GNOMON_ASSIGN(std::optional<Exchange> exchange, first(query, endpoint));
                if (!exchange) {
                    return all;
                }
                GNOMON_ASSIGN(ExchangePayload payload, decodePayload(exchange->id, blobOf(query.getColumn(3))));
                all.push_back({std::move(*exchange), std::move(payload)});
            }
        });
}

Result<Exchange> ExchangeQuery::findByRequestId(const EndpointName& endpoint, const std::string& requestId) {
    return guarded("find a request of endpoint '" + endpoint.value + "'", [&]() -> Result<Exchange> {
        MutexLock lock(m_mutex);
        const Error missing = noExchange(endpoint, "with request id '" + printable(requestId, 128) + "'");
        const auto number = endpointId(endpoint);
        if (!number || requestId.empty()) {
            return missing;
        }
        SQLite::Statement query(*m_database,
                                "SELECT id, body, trace FROM exchange WHERE endpoint = ? AND request_id = ? "
                                "AND request_id <> '' ORDER BY seq DESC LIMIT 1");
        query.bind(1, *number);
        query.bind(2, requestId);
        GNOMON_ASSIGN(std::optional<Exchange> found, first(query, endpoint));
        return found ? Result<Exchange>(std::move(*found)) : missing;
    });
}

Result<Exchange> ExchangeQuery::findByTime(const EndpointName& endpoint, WallTime time) {
    return guarded("find a request of endpoint '" + endpoint.value + "'", [&]() -> Result<Exchange> {
        MutexLock lock(m_mutex);
        const Error missing = noExchange(endpoint, "at all");
        const auto number = endpointId(endpoint);
        if (!number) {
            return missing;
        }
        SQLite::Statement before(*m_database,
                                 "SELECT id, body, trace FROM exchange WHERE endpoint = ? AND time_us <= ? "
                                 "ORDER BY time_us DESC, seq DESC LIMIT 1");
        SQLite::Statement after(*m_database, "SELECT id, body, trace FROM exchange WHERE endpoint = ? AND time_us > ? "
                                             "ORDER BY time_us, seq LIMIT 1");
        for (SQLite::Statement* query : {&before, &after}) {
            query->bind(1, *number);
            query->bind(2, toMicros(time));
        }
        GNOMON_ASSIGN(std::optional<Exchange> earlier, first(before, endpoint));
        GNOMON_ASSIGN(std::optional<Exchange> later, first(after, endpoint));
        if (!earlier && !later) {
            return missing;
        }
        const bool takeLater = later && (!earlier || later->time - time < time - earlier->time);
        return std::move(takeLater ? *later : *earlier);
    });
}

} // namespace gnomon::store
