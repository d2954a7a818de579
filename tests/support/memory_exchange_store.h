// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/exchange_store.h"
#include "backend/port/observation_sink.h"

#include <algorithm>

namespace gnomon::test {

// Exchanges in memory, fed by observation, each with its payload. Lists are not filtered. Thread-safe.
class MemoryExchangeStore final : public port::ExchangeStore, public port::ObservationSink {
public:
    void observe(const Observation& observation) override {
        const MutexLock lock(m_mutex);
        m_rows.push_back({observation.exchange, ExchangePayload{copyTensors(observation.inputs), {}}});
    }
    void clear() {
        const MutexLock lock(m_mutex);
        m_rows.clear();
    }

    Result<ExchangePage> list(const ExchangeFilter& /*filter*/) override {
        const MutexLock lock(m_mutex);
        ExchangePage page;
        for (const port::RecordedExchange& row : m_rows) {
            page.exchanges.push_back(row.exchange);
        }
        return page;
    }
    Result<port::RecordedExchange> get(const ExchangeId& id) override {
        return newest([&id](const Exchange& exchange) { return exchange.id == id; });
    }
    Result<std::vector<port::RecordedExchange>> recent(const EndpointName& endpoint, std::size_t most) override {
        const MutexLock lock(m_mutex);
        std::vector<port::RecordedExchange> rows;
        for (auto row = m_rows.rbegin(); row != m_rows.rend() && rows.size() < most; ++row) {
            if (row->exchange.endpoint == endpoint) {
                rows.push_back(*row);
            }
        }
        return rows;
    }
    Result<Exchange> findByRequestId(const EndpointName& endpoint, const std::string& requestId) override {
        GNOMON_ASSIGN(const port::RecordedExchange row, newest([&](const Exchange& exchange) {
                          return exchange.endpoint == endpoint && exchange.requestId == requestId;
                      }));
        return row.exchange;
    }
    Result<Exchange> findByTime(const EndpointName& endpoint, WallTime time) override {
        GNOMON_ASSIGN(const port::RecordedExchange row, newest([&](const Exchange& exchange) {
                          return exchange.endpoint == endpoint && exchange.time <= time;
                      }));
        return row.exchange;
    }

private:
    template <class Fits>
    Result<port::RecordedExchange> newest(Fits fits) {
        const MutexLock lock(m_mutex);
        const auto found =
            std::find_if(m_rows.rbegin(), m_rows.rend(), [&fits](const auto& row) { return fits(row.exchange); });
        if (found == m_rows.rend()) {
            return Error{ErrorCode::NotFound, "there is no such exchange"};
        }
        return *found;
    }

    Mutex m_mutex;
    std::vector<port::RecordedExchange> m_rows GUARDED_BY(m_mutex);
};

} // namespace gnomon::test
