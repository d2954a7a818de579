// SPDX-License-Identifier: GPL-3.0-or-later
// The reading side of the exchange file. Private to backend/store.
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/exchange_store.h"
#include "backend/store/database.h"

#include <functional>
#include <memory>

namespace gnomon::store {

// Thread-safe: one connection of its own, behind a mutex; in WAL mode it never waits for the writer.
class ExchangeQuery {
public:
    explicit ExchangeQuery(std::unique_ptr<SQLite::Database> database) : m_database(std::move(database)) {}

    Result<ExchangePage> list(const ExchangeFilter& filter);
    Result<port::RecordedExchange> get(const ExchangeId& id);
    Result<std::vector<port::RecordedExchange>> recent(const EndpointName& endpoint, std::size_t most);
    Result<Exchange> findByRequestId(const EndpointName& endpoint, const std::string& requestId);
    Result<Exchange> findByTime(const EndpointName& endpoint, WallTime time);

private:
    // Absent when nothing of that endpoint was ever recorded.
    std::optional<std::int64_t> endpointId(const EndpointName& endpoint) REQUIRES(m_mutex);
    // The first exchange that the query finds. The query selects id, body.
    Result<std::optional<Exchange>> first(SQLite::Statement& query, const EndpointName& endpoint) REQUIRES(m_mutex);
    bool isShortSpan(const ExchangeFilter& filter, std::int64_t endpoint) REQUIRES(m_mutex);

    Mutex m_mutex;
    std::unique_ptr<SQLite::Database> m_database GUARDED_BY(m_mutex);
};

} // namespace gnomon::store
