// SPDX-License-Identifier: GPL-3.0-or-later
// Recorded exchanges: gnomon/v1/comparison.proto <-> domain.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/exchange.h"
#include "backend/port/node_gateway.h"

namespace gnomon::v1 {
class Exchange;
class ExchangePayload;
class GetExchangeResponse;
class ListExchangesRequest;
class ListExchangesResponse;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::Exchange toProto(const Exchange& in);
Result<Exchange> fromProto(const v1::Exchange& in);

v1::ExchangePayload toProto(const ExchangePayload& in);
Result<ExchangePayload> fromProto(const v1::ExchangePayload& in);

v1::ListExchangesRequest toProto(const ExchangeFilter& in);
Result<ExchangeFilter> fromProto(const v1::ListExchangesRequest& in);

// Of these two the stamp is left to the caller.
v1::ListExchangesResponse toProto(const ExchangePage& in);
Result<ExchangePage> fromProto(const v1::ListExchangesResponse& in);

v1::GetExchangeResponse toProto(const port::ExchangeDetail& in);
Result<port::ExchangeDetail> fromProto(const v1::GetExchangeResponse& in);

// page_size of a request: 0 becomes usual, more than most becomes most, less than 0 is InvalidArgument.
Result<std::size_t> pageSize(std::int32_t asked, std::size_t usual, std::size_t most);

} // namespace gnomon::wire
