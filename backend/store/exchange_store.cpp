// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_store.h"

#include "backend/store/exchange_query.h"
#include "backend/store/exchange_schema.h"
#include "backend/store/exchange_writer.h"

namespace gnomon::store {

SqliteExchangeStore::SqliteExchangeStore(std::unique_ptr<ExchangeWriter> writer, std::unique_ptr<ExchangeQuery> query)
    : m_writer(std::move(writer)), m_query(std::move(query)) {}

SqliteExchangeStore::~SqliteExchangeStore() = default;

Result<std::unique_ptr<SqliteExchangeStore>> SqliteExchangeStore::open(ExchangeStoreOptions options,
                                                                       const Clock& clock) {
    if (options.maxAge.count() <= 0 || options.maxBytes == 0 || options.queueLimit == 0 ||
        options.writeEvery.count() <= 0) {
        return Error{ErrorCode::InvalidArgument, "a limit of the exchange store is zero",
                     "give maximum age, size, queue and writing interval values above zero"};
    }
    // The writer's connection comes first: it creates the file and its tables.
    GNOMON_ASSIGN(auto written, openDatabase(options.file, kExchangeSchema, Durability::Normal));
    GNOMON_ASSIGN(auto read, openDatabase(options.file, kExchangeSchema, Durability::Normal));
    GNOMON_ASSIGN(auto writer, ExchangeWriter::create(std::move(written), std::move(options), clock));
    return std::unique_ptr<SqliteExchangeStore>(
        new SqliteExchangeStore(std::move(writer), std::make_unique<ExchangeQuery>(std::move(read))));
}

void SqliteExchangeStore::observe(const Observation& observation) {
    m_writer->observe(observation);
}

Status SqliteExchangeStore::flush() {
    return m_writer->flush();
}

std::uint64_t SqliteExchangeStore::dropped() const {
    return m_writer->dropped();
}

std::uint64_t SqliteExchangeStore::sampledOut() const {
    return m_writer->sampledOut();
}

std::optional<Error> SqliteExchangeStore::trouble() const {
    return m_writer->trouble();
}

Result<ExchangePage> SqliteExchangeStore::list(const ExchangeFilter& filter) {
    return m_query->list(filter);
}

Result<port::RecordedExchange> SqliteExchangeStore::get(const ExchangeId& id) {
    return m_query->get(id);
}

Result<std::vector<port::RecordedExchange>> SqliteExchangeStore::recent(const EndpointName& endpoint,
                                                                        std::size_t most) {
    return m_query->recent(endpoint, most);
}

Result<Exchange> SqliteExchangeStore::findByRequestId(const EndpointName& endpoint, const std::string& requestId) {
    return m_query->findByRequestId(endpoint, requestId);
}

Result<Exchange> SqliteExchangeStore::findByTime(const EndpointName& endpoint, WallTime time) {
    return m_query->findByTime(endpoint, time);
}

Status SqliteExchangeStore::erasePayload(const ExchangeId& id) {
    return m_writer->erasePayload(id);
}

Status SqliteExchangeStore::saveBlob(const std::string& key, ByteView value) {
    return m_writer->saveBlob(key, value);
}

Result<Bytes> SqliteExchangeStore::loadBlob(const std::string& key) {
    return m_writer->loadBlob(key);
}

} // namespace gnomon::store
