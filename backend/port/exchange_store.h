// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/exchange.h"

#include <optional>
#include <vector>

namespace gnomon::port {

// A recorded exchange with its payload, when that was kept.
struct RecordedExchange {
    Exchange exchange;
    std::optional<ExchangePayload> payload;
};

// Recorded exchanges. Thread-safe. Writes need not survive a power cut; nothing here is evidence.
class ExchangeStore {
public:
    virtual ~ExchangeStore() = default;
    virtual Result<ExchangePage> list(const ExchangeFilter& filter) = 0;
    virtual Result<RecordedExchange> get(const ExchangeId& id) = 0;
    // The newest exchanges of the endpoint that have a payload, at most `most`.
    virtual Result<std::vector<RecordedExchange>> recent(const EndpointName& endpoint, std::size_t most) = 0;
    // The newest exchange with that protocol request id.
    virtual Result<Exchange> findByRequestId(const EndpointName& endpoint, const std::string& requestId) = 0;
    // The exchange of the endpoint that is nearest to the time.
    virtual Result<Exchange> findByTime(const EndpointName& endpoint, WallTime time) = 0;
};

} // namespace gnomon::port
