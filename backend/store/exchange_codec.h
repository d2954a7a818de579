// SPDX-License-Identifier: GPL-3.0-or-later
// How a recorded exchange and its payload lie in their rows. Private to backend/store.
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/domain/exchange.h"

#include <optional>
#include <string>

namespace gnomon::store {

// Everything of an exchange but its id and endpoint, which have columns of their own.
Bytes encodeExchange(const Exchange& exchange);
// Corrupt when the bytes are not what encodeExchange wrote.
Result<Exchange> decodeExchange(ExchangeId id, EndpointName endpoint, ByteView body);

Bytes encodePayload(const Observation& observation);
Result<ExchangePayload> decodePayload(const ExchangeId& id, ByteView body);

// What the lists sort and filter by: production's answer beside that of the first shadow deployed.
struct PairColumns {
    std::optional<std::string> productionDecision; // absent when it did not answer or decides nothing
    std::optional<std::string> shadowDecision;
    std::optional<double> productionScore;
    std::optional<double> shadowScore;
    bool differs = false; // decisions differ; without decisions: scores do
    double gap = -1;      // |shadow - production|; 0 when scoreless; -1 when the exchange is no pair
};
PairColumns pairColumns(const Observation& observation);

} // namespace gnomon::store
