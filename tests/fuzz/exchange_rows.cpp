// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the exchange store, from a file that may be damaged: read whole or not at all, and written back the same.
#include "backend/domain/tensor_data.h"
#include "backend/store/exchange_codec.h"
#include "tests/fuzz/target.h"
#include "tests/support/wire_samples.h"

namespace gnomon::fuzz {

std::vector<std::string> seeds() {
    Observation observation;
    observation.exchange = test::exchange();
    observation.inputs = makeTensorSet({test::tensor(), test::textTensor()});
    observation.outputs = {{VersionNumber(1), makeTensorSet({test::tensor()})}};
    return {"x" + std::string(asText(store::encodeExchange(observation.exchange))),
            "p" + std::string(asText(store::encodePayload(observation)))};
}

bool mutate(std::string&, std::uint64_t) {
    return false;
}

void run(ByteView input) {
    if (input.empty()) {
        return;
    }
    if (input[0] == 'p') {
        const Result<ExchangePayload> payload = store::decodePayload(ExchangeId("id"), input.subspan(1));
        if (payload.ok()) {
            for (const Tensor& tensor : payload->inputs) {
                const Result<std::int64_t> count = elementCount(tensor.shape);
                require(count.ok() && checkData(tensor.type, *count, tensor.data).ok(),
                        "a tensor has the bytes that its shape states");
            }
        }
        return;
    }
    const Result<Exchange> exchange = store::decodeExchange(ExchangeId("id"), EndpointName("e"), input.subspan(1));
    if (exchange.ok()) {
        const Bytes again = store::encodeExchange(*exchange);
        const Result<Exchange> back = store::decodeExchange(ExchangeId("id"), EndpointName("e"), again);
        require(back.ok(), "what was read can be read again once it is written");
        require(store::encodeExchange(*back) == again, "reading changes nothing"); // bytes: NaN equals itself there
    }
}

} // namespace gnomon::fuzz
