// SPDX-License-Identifier: GPL-3.0-or-later
// Recorded exchanges: gnomon/v1/comparison.proto <-> domain.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/exchange.h"

namespace gnomon::v1 {
class Exchange;
class ExchangePayload;
class ListExchangesRequest;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::Exchange toProto(const Exchange& in);
Result<Exchange> fromProto(const v1::Exchange& in);

v1::ExchangePayload toProto(const ExchangePayload& in);
Result<ExchangePayload> fromProto(const v1::ExchangePayload& in);

v1::ListExchangesRequest toProto(const ExchangeFilter& in);
Result<ExchangeFilter> fromProto(const v1::ListExchangesRequest& in);

// page_size of a request: 0 becomes usual, more than most becomes most, less than 0 is InvalidArgument.
Result<std::size_t> pageSize(std::int32_t asked, std::size_t usual, std::size_t most);

} // namespace gnomon::wire
