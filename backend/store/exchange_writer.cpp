// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_writer.h"

#include "backend/base/background.h"
#include "backend/base/log.h"
#include "backend/base/thread_name.h"
#include "backend/store/exchange_codec.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace gnomon::store {

namespace {

constexpr std::size_t kBatch = 512;

// Uniform in [0, 1) and the same for the same exchange: ids are random.
double shareOf(const ExchangeId& id) {
    const Digest digest = sha256(asBytes(id.value));
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 7; ++i) {
        bits = bits << 8 | digest.bytes[i];
    }
    return std::ldexp(static_cast<double>(bits >> 3), -53);
}

template <class T>
void bindOptional(SQLite::Statement& statement, int index, const std::optional<T>& value) {
    if (value) {
        statement.bind(index, *value);
    } else {
        statement.bind(index);
    }
}

} // namespace

Result<std::unique_ptr<ExchangeWriter>> ExchangeWriter::create(std::unique_ptr<SQLite::Database> database,
                                                               ExchangeStoreOptions options, const Clock& clock) {
    return guarded("read '" + options.file.string() + "'", [&]() -> Result<std::unique_ptr<ExchangeWriter>> {
        std::unique_ptr<ExchangeWriter> writer(new ExchangeWriter(std::move(database), std::move(options), clock));
        writer->prepare();
        writer->m_thread = std::jthread([raw = writer.get()] {
            nameThread("exchanges");
            workInBackground(); // no call waits for what it writes
            raw->loop();
        });
        return writer;
    });
}

ExchangeWriter::ExchangeWriter(std::unique_ptr<SQLite::Database> database, ExchangeStoreOptions options,
                               const Clock& clock)
    : m_options(std::move(options)), m_clock(clock), m_database(std::move(database)),
      m_sample(m_options.ordinaryPerSecond) {}

ExchangeWriter::~ExchangeWriter() {
    MutexLock lock(m_mutex);
    m_stopping = true;
    m_changed.notifyAll();
}

void ExchangeWriter::prepare() {
    MutexLock lock(m_databaseMutex);
    m_insertExchange = std::make_unique<SQLite::Statement>(
        *m_database, "INSERT OR IGNORE INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    m_insertPayload = std::make_unique<SQLite::Statement>(*m_database, "INSERT INTO payload VALUES (?, ?)");
    recount();
}

void ExchangeWriter::recount() {
    m_endpoints.clear();
    m_rows.clear();
    m_nextSeq = m_database->execAndGet("SELECT coalesce(max(seq), 0) + 1 FROM exchange").getInt64();
    SQLite::Statement counts(
        *m_database, "SELECT id, name, (SELECT count(*) FROM exchange WHERE endpoint = endpoint.id) FROM endpoint");
    while (counts.executeStep()) {
        m_endpoints[EndpointName(counts.getColumn(1).getString())] = counts.getColumn(0).getInt64();
        m_rows[counts.getColumn(0).getInt64()] = fromColumn(counts.getColumn(2));
    }
}

void ExchangeWriter::observe(const Observation& observation) {
    PairColumns pair = pairColumns(observation);
    {
        MutexLock lock(m_mutex);
        if (!m_sample.keeps(observation.exchange, pair, m_clock.monoNow())) {
            ++m_sampledOut;
            return;
        }
    }
    Queued queued{{observation.exchange, {}, {}, observation.shadows}, std::move(pair)};
    const std::size_t bytes = byteCount(observation);
    if (const std::size_t most = mostPayload(observation.exchange); most > 0 && bytes <= most) {
        queued.observation = observation;
        queued.bytes = bytes;
        queued.keepsPayload = true;
    }
    MutexLock lock(m_mutex);
    if (m_queue.size() >= m_options.queueLimit || m_bytes + queued.bytes > m_options.queueBytes) {
        ++m_dropped;
        return;
    }
    m_bytes += queued.bytes;
    m_queue.push_back(std::move(queued));
    ++m_taken;
    if (m_queue.size() == kBatch) {
        m_changed.notifyAll();
    }
}

Status ExchangeWriter::flush() {
    MutexLock lock(m_mutex);
    const std::uint64_t goal = m_taken;
    m_awaited = std::max(m_awaited, goal);
    m_changed.notifyAll();
    while (m_done < goal) {
        m_changed.wait(m_mutex);
    }
    return m_trouble ? Status(*m_trouble) : Status();
}

std::uint64_t ExchangeWriter::dropped() const {
    MutexLock lock(m_mutex);
    return m_dropped;
}

std::uint64_t ExchangeWriter::sampledOut() const {
    MutexLock lock(m_mutex);
    return m_sampledOut;
}

std::optional<Error> ExchangeWriter::trouble() const {
    MutexLock lock(m_mutex);
    return m_trouble;
}

void ExchangeWriter::loop() {
    while (true) {
        const std::vector<Queued> batch = nextBatch();
        const Status written = batch.empty() ? Status() : write(batch);
        finishBatch(batch, written, written ? retain() : Status());
        MutexLock lock(m_mutex);
        if (m_stopping && m_queue.empty()) {
            return;
        }
    }
}

std::vector<ExchangeWriter::Queued> ExchangeWriter::nextBatch() {
    MutexLock lock(m_mutex);
    const auto until = std::chrono::steady_clock::now() + m_options.writeEvery;
    while (m_queue.size() < kBatch && !m_stopping && m_awaited <= m_done && m_changed.waitUntil(m_mutex, until)) {
    }
    const auto end = m_queue.begin() + static_cast<std::ptrdiff_t>(std::min(m_queue.size(), kBatch));
    std::vector<Queued> batch(std::make_move_iterator(m_queue.begin()), std::make_move_iterator(end));
    m_queue.erase(m_queue.begin(), end);
    return batch;
}

void ExchangeWriter::finishBatch(const std::vector<Queued>& batch, const Status& written, const Status& within) {
    MutexLock lock(m_mutex);
    m_done += batch.size();
    for (const Queued& queued : batch) {
        m_bytes -= queued.bytes;
    }
    if (!written) {
        m_dropped += batch.size();
    }
    if (const Status& status = written ? within : written; !status) {
        if (!m_trouble) {
            logEvent(LogLevel::Error, "exchange_store_failed", {{"error", status.error().message}});
        }
        m_trouble = status.error();
    } else if (!batch.empty()) {
        m_trouble.reset();
    }
    m_changed.notifyAll();
}

Status ExchangeWriter::write(const std::vector<Queued>& batch) {
    return guarded("record exchanges", [&]() -> Status {
        MutexLock lock(m_databaseMutex);
        if (std::exchange(m_uncounted, true)) {
            recount();
        }
        SQLite::Transaction transaction(*m_database);
        for (const Queued& queued : batch) {
            insert(queued);
        }
        transaction.commit();
        m_uncounted = false;
        return {};
    });
}

void ExchangeWriter::insert(const Queued& queued) {
    const Observation& observation = queued.observation;
    const Exchange& exchange = observation.exchange;
    const PairColumns& pair = queued.pair;
    const std::int64_t endpoint = endpointId(exchange.endpoint);
    SQLite::Statement& row = *m_insertExchange;
    row.tryReset();
    row.bind(1, m_nextSeq);
    row.bind(2, exchange.id.value);
    row.bind(3, endpoint);
    row.bind(4, toMicros(exchange.time));
    row.bind(5, exchange.requestId);
    bindOptional(row, 6, pair.productionDecision);
    bindOptional(row, 7, pair.shadowDecision);
    bindOptional(row, 8, pair.productionScore);
    bindOptional(row, 9, pair.shadowScore);
    row.bind(10, pair.differs ? 1 : 0);
    row.bind(11, pair.gap);
    bindBlob(row, 12, encodeExchange(exchange));
    if (exchange.traceParent.empty()) {
        row.bind(13);
    } else {
        row.bind(13, exchange.traceParent);
    }
    row.bind(14, isNotable(exchange, pair) ? 1 : 0);
    if (row.exec() == 0) {
        return; // this exchange is recorded already
    }
    ++m_rows[endpoint];
    const Bytes payload = queued.keepsPayload ? encodePayload(observation) : Bytes{};
    if (!payload.empty() && payload.size() <= mostPayload(exchange)) {
        m_insertPayload->tryReset();
        m_insertPayload->bind(1, m_nextSeq);
        bindBlob(*m_insertPayload, 2, payload);
        m_insertPayload->exec();
    }
    ++m_nextSeq;
}

std::int64_t ExchangeWriter::endpointId(const EndpointName& endpoint) {
    const auto known = m_endpoints.find(endpoint);
    if (known != m_endpoints.end()) {
        return known->second;
    }
    SQLite::Statement row(*m_database, "INSERT INTO endpoint (name) VALUES (?) "
                                       "ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id");
    row.bind(1, endpoint.value);
    row.executeStep();
    const std::int64_t id = row.getColumn(0).getInt64();
    row.reset();
    m_endpoints[endpoint] = id;
    return id;
}

std::size_t ExchangeWriter::mostPayload(const Exchange& exchange) const {
    const auto policy = m_options.payload.find(exchange.endpoint);
    if (policy == m_options.payload.end() || !policy->second.keep ||
        (policy->second.share < 1 && shareOf(exchange.id) >= policy->second.share)) {
        return 0;
    }
    return policy->second.maxBytes;
}

Status ExchangeWriter::erasePayload(const ExchangeId& id) {
    return guarded("erase the payload of exchange " + printable(id.value, 64), [&]() -> Status {
        MutexLock lock(m_databaseMutex);
        m_database->exec("PRAGMA secure_delete = ON");
        SQLite::Statement erase(*m_database, "DELETE FROM payload WHERE seq = (SELECT seq FROM exchange WHERE id = ?)");
        erase.bind(1, id.value);
        const int erased = erase.exec();
        erase.reset();
        m_database->exec("PRAGMA secure_delete = OFF");
        if (erased == 0) {
            return Error{ErrorCode::NotFound, "exchange " + printable(id.value, 64) + " has no payload"};
        }
        m_database->exec("PRAGMA wal_checkpoint(TRUNCATE)");
        return {};
    });
}

Status ExchangeWriter::saveBlob(const std::string& key, ByteView value) {
    return guarded("save '" + key + "'", [&]() -> Status {
        MutexLock lock(m_databaseMutex);
        // Unlike exchanges it is on the disk when this returns. After a failure everything is, until the next one.
        m_database->exec("PRAGMA synchronous = FULL");
        SQLite::Statement write(*m_database, "INSERT INTO blob (key, value) VALUES (?, ?) "
                                             "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
        write.bind(1, key);
        bindBlob(write, 2, value);
        write.exec();
        m_database->exec("PRAGMA synchronous = NORMAL");
        return {};
    });
}

Result<Bytes> ExchangeWriter::loadBlob(const std::string& key) {
    return guarded("load '" + key + "'", [&]() -> Result<Bytes> {
        MutexLock lock(m_databaseMutex);
        SQLite::Statement read(*m_database, "SELECT value FROM blob WHERE key = ?");
        read.bind(1, key);
        if (!read.executeStep()) {
            return Error{ErrorCode::NotFound, "nothing is saved as '" + key + "'"};
        }
        return blobOf(read.getColumn(0));
    });
}

} // namespace gnomon::store
