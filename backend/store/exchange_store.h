// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/version.h"
#include "backend/port/exchange_store.h"
#include "backend/port/observation_sink.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace gnomon::store {

class ExchangeQuery;
class ExchangeWriter;

struct ExchangeStoreOptions {
    // The SQLite file; its folder must exist. Created when missing, readable by its owner only.
    std::filesystem::path file;
    // Whatever is older goes, payload and row alike: a limit of privacy, not of room.
    std::chrono::hours maxAge{30 * 24};
    // Above this size exchanges are evicted: the ordinary ones first, then those that agree, smallest score gap first,
    // oldest first.
    std::uint64_t maxBytes = 1ull << 30;
    // The newest of each endpoint are spared by eviction, so that a dry run always has something to replay.
    std::size_t keepNewest = 2000;
    // Of the ordinary ones (answered as asked, nothing failed or late, no versions that disagree) so many a second of
    // each endpoint are recorded; 0: all.
    double ordinaryPerSecond = 0;
    // Observations waiting to be written; what does not fit is dropped and counted.
    std::size_t queueLimit = 8192;
    // Of payloads that wait with them.
    std::size_t queueBytes = std::size_t{256} << 20;
    // At most this long until an observation can be read.
    std::chrono::milliseconds writeEvery{200};
    // What of the payloads is kept (EndpointSettings::payload). Nothing of endpoints that are not named here.
    std::map<EndpointName, PayloadPolicy> payload;
};

// Records observed exchanges and answers questions about them. Thread-safe. observe() only queues; a thread of its own
// writes in batches (WAL, synchronous = NORMAL: a power cut may take the last ones) and keeps within age and size.
// The destructor writes what is queued.
class SqliteExchangeStore final : public port::ExchangeStore, public port::ObservationSink {
public:
    // clock must outlive the store. InvalidArgument: a limit of zero. Else as in openDatabase: FailedPrecondition
    // (another kind of file, or written by a newer Gnomon), Corrupt, Unavailable.
    static Result<std::unique_ptr<SqliteExchangeStore>> open(ExchangeStoreOptions options, const Clock& clock);
    ~SqliteExchangeStore() override;

    void observe(const Observation& observation) override;
    // Everything observed before the call can be read when it returns. The newest error of the writer, if it had one.
    Status flush();
    // Observations that were not recorded: the queue was full or the file could not be written.
    std::uint64_t dropped() const;
    // Ordinary ones beyond ExchangeStoreOptions::ordinaryPerSecond.
    std::uint64_t sampledOut() const;
    // Why the file cannot be written at present, for the node's alarms; absent when all is well.
    std::optional<Error> trouble() const;

    // experiment must be resolved into from and until by the caller: InvalidArgument otherwise.
    Result<ExchangePage> list(const ExchangeFilter& filter) override;
    Result<port::RecordedExchange> get(const ExchangeId& id) override;
    Result<std::vector<port::RecordedExchange>> recent(const EndpointName& endpoint, std::size_t most) override;
    Result<Exchange> findByRequestId(const EndpointName& endpoint, const std::string& requestId) override;
    Result<Exchange> findByTime(const EndpointName& endpoint, WallTime time) override;

    // Removes a payload for good: its bytes are overwritten and leave the write-ahead log too. NotFound when there is
    // none.
    Status erasePayload(const ExchangeId& id);

    // Opaque bytes that others want back after a restart (the comparison monitor's memory): on the disk, power cuts
    // included, when saveBlob() returns. NotFound when unset.
    Status saveBlob(const std::string& key, ByteView value);
    Result<Bytes> loadBlob(const std::string& key);

private:
    SqliteExchangeStore(std::unique_ptr<ExchangeWriter> writer, std::unique_ptr<ExchangeQuery> query);

    std::unique_ptr<ExchangeWriter> m_writer; // constant after construction, as is
    std::unique_ptr<ExchangeQuery> m_query;   // this
};

} // namespace gnomon::store
