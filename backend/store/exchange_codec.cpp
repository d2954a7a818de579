// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_codec.h"

#include "backend/base/byte_codec.h"
#include "backend/domain/tensor_data.h"

#include <algorithm>
#include <cmath>

namespace gnomon::store {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMostLegs = 64;
constexpr std::size_t kMostTensors = 4096;
constexpr std::size_t kMostDimensions = 64;

Error corrupt(const ExchangeId& id, const char* what) {
    return {ErrorCode::Corrupt, std::string(what) + " of exchange " + printable(id.value, 64) + " cannot be read"};
}

void writeLeg(ByteWriter& out, const Leg& leg) {
    out.byte(static_cast<std::uint8_t>(leg.role));
    out.byte(static_cast<std::uint8_t>(leg.kind));
    out.number(leg.version.value);
    out.bytes(leg.digest.bytes);
    out.byte(static_cast<std::uint8_t>(leg.outcome));
    out.byte(leg.score.has_value() ? 1 : 0);
    if (leg.score) {
        out.real(*leg.score);
    }
    out.text(leg.decision);
    out.signedNumber(leg.latency.count());
    out.byte(leg.single ? 1 : 0);
    out.text(leg.error);
}

Leg readLeg(ByteReader& in) {
    Leg leg;
    leg.role = static_cast<LegRole>(in.upTo(static_cast<unsigned>(LegRole::Shadow)));
    leg.kind = static_cast<FallbackKind>(in.upTo(static_cast<unsigned>(FallbackKind::Refuse)));
    leg.version = VersionNumber(in.upTo(~0u));
    const ByteView digest = in.bytes();
    if (digest.size() != leg.digest.bytes.size()) {
        in.fail();
        return leg;
    }
    std::copy(digest.begin(), digest.end(), leg.digest.bytes.begin());
    leg.outcome = static_cast<LegOutcome>(in.upTo(static_cast<unsigned>(LegOutcome::Lost)));
    if (in.upTo(1) == 1) {
        leg.score = in.real();
    }
    leg.decision = in.text();
    leg.latency = std::chrono::nanoseconds(in.signedNumber());
    leg.single = in.upTo(1) == 1;
    leg.error = in.text();
    return leg;
}

void writeTensors(ByteWriter& out, const TensorSet& set) {
    out.number(set.tensors.size());
    for (const TensorView& tensor : set.tensors) {
        out.text(tensor.name);
        out.byte(static_cast<std::uint8_t>(tensor.type));
        out.number(tensor.shape.size());
        for (const std::int64_t size : tensor.shape) {
            out.signedNumber(size);
        }
        out.bytes(tensor.data);
    }
}

std::vector<Tensor> readTensors(ByteReader& in) {
    std::vector<Tensor> tensors(in.count(kMostTensors));
    for (Tensor& tensor : tensors) {
        tensor.name = in.text();
        tensor.type = static_cast<DataType>(in.upTo(static_cast<unsigned>(DataType::Bf16)));
        tensor.shape.resize(in.count(kMostDimensions));
        for (std::int64_t& size : tensor.shape) {
            size = in.signedNumber();
        }
        const ByteView data = in.bytes();
        const Result<std::int64_t> count = elementCount(tensor.shape);
        if (!count.ok() || !checkData(tensor.type, *count, data).ok()) {
            in.fail(); // whoever runs a model on it, or compares it, goes by the shape
        }
        tensor.data.assign(data.begin(), data.end());
    }
    return tensors;
}

} // namespace

Bytes encodeExchange(const Exchange& exchange) {
    ByteWriter out;
    out.byte(kFormat);
    out.signedNumber(exchange.time.time_since_epoch().count());
    out.number(exchange.generation.value);
    for (const std::string* text : {&exchange.caller, &exchange.tenant, &exchange.requestId, &exchange.cluster,
                                    &exchange.servedBy, &exchange.reason}) {
        out.text(*text);
    }
    out.byte(exchange.answered ? 1 : 0);
    out.byte(exchange.mirrored ? 1 : 0);
    out.number(exchange.legs.size());
    for (const Leg& leg : exchange.legs) {
        writeLeg(out, leg);
    }
    return std::move(out).take();
}

Result<Exchange> decodeExchange(ExchangeId id, EndpointName endpoint, ByteView body) {
    ByteReader in(body);
    Exchange exchange;
    exchange.id = std::move(id);
    exchange.endpoint = std::move(endpoint);
    if (in.byte() != kFormat) {
        return corrupt(exchange.id, "the row");
    }
    exchange.time = WallTime(std::chrono::microseconds(in.signedNumber()));
    exchange.generation = GenerationNumber(in.number());
    for (std::string* text : {&exchange.caller, &exchange.tenant, &exchange.requestId, &exchange.cluster,
                              &exchange.servedBy, &exchange.reason}) {
        *text = in.text();
    }
    exchange.answered = in.upTo(1) == 1;
    exchange.mirrored = in.upTo(1) == 1;
    exchange.legs.resize(in.count(kMostLegs));
    for (Leg& leg : exchange.legs) {
        leg = readLeg(in);
    }
    if (!in.finished()) {
        return corrupt(exchange.id, "the row");
    }
    return exchange;
}

Bytes encodePayload(const Observation& observation) {
    ByteWriter out;
    out.byte(kFormat);
    writeTensors(out, observation.inputs);
    out.number(observation.outputs.size());
    for (const auto& [version, tensors] : observation.outputs) {
        out.text("v" + std::to_string(version.value));
        writeTensors(out, tensors);
    }
    return std::move(out).take();
}

Result<ExchangePayload> decodePayload(const ExchangeId& id, ByteView body) {
    ByteReader in(body);
    if (in.byte() != kFormat) {
        return corrupt(id, "the payload");
    }
    ExchangePayload payload;
    payload.inputs = readTensors(in);
    payload.outputs.resize(in.count(kMostLegs));
    for (auto& [version, tensors] : payload.outputs) {
        version = in.text();
        tensors = readTensors(in);
    }
    if (!in.finished()) {
        return corrupt(id, "the payload");
    }
    return payload;
}

PairColumns pairColumns(const Observation& observation) {
    PairColumns columns;
    const std::vector<Leg>& legs = observation.exchange.legs;
    const auto answer = [&](LegRole role, std::optional<VersionNumber> version, std::optional<std::string>& decision,
                            std::optional<double>& score) {
        const auto leg = std::find_if(legs.begin(), legs.end(), [&](const Leg& one) {
            return one.role == role && (!version || one.version == *version);
        });
        if (leg == legs.end() || leg->outcome != LegOutcome::Ok) {
            return false;
        }
        if (!leg->decision.empty()) {
            decision = leg->decision;
        }
        if (leg->score && std::isfinite(*leg->score)) {
            score = leg->score;
        }
        return true;
    };
    const bool production =
        answer(LegRole::Production, std::nullopt, columns.productionDecision, columns.productionScore);
    const bool shadow = !observation.shadows.empty() && answer(LegRole::Shadow, observation.shadows.front(),
                                                               columns.shadowDecision, columns.shadowScore);
    if (production && shadow) {
        const bool scored = columns.productionScore && columns.shadowScore;
        columns.gap = scored ? std::abs(*columns.shadowScore - *columns.productionScore) : 0;
        const bool decided = columns.productionDecision || columns.shadowDecision;
        columns.differs = decided ? columns.productionDecision != columns.shadowDecision : columns.gap > 0;
    }
    return columns;
}

} // namespace gnomon::store
