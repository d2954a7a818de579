// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/exchange.h"
#include "backend/wire/common.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/comparison.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxLegs = 1000;
constexpr std::size_t kMaxTensors = 1000;
constexpr std::size_t kMaxToken = 1024;
constexpr std::size_t kMaxPage = 1000;
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

v1::LegRole writeRole(LegRole in) {
    switch (in) {
    case LegRole::Production:
        return v1::LEG_ROLE_PRODUCTION;
    case LegRole::Fallback:
        return v1::LEG_ROLE_FALLBACK;
    case LegRole::Shadow:
        return v1::LEG_ROLE_SHADOW;
    }
    return v1::LEG_ROLE_UNSPECIFIED;
}

v1::LegOutcome writeOutcome(LegOutcome in) {
    switch (in) {
    case LegOutcome::Ok:
        return v1::LEG_OUTCOME_OK;
    case LegOutcome::Failed:
        return v1::LEG_OUTCOME_FAILED;
    case LegOutcome::Late:
        return v1::LEG_OUTCOME_LATE;
    case LegOutcome::NotFinite:
        return v1::LEG_OUTCOME_NOT_FINITE;
    case LegOutcome::Skipped:
        return v1::LEG_OUTCOME_SKIPPED;
    case LegOutcome::Dropped:
        return v1::LEG_OUTCOME_DROPPED;
    case LegOutcome::Lost:
        return v1::LEG_OUTCOME_LOST;
    }
    return v1::LEG_OUTCOME_UNSPECIFIED;
}

v1::Leg writeLeg(const Leg& in) {
    v1::Leg out;
    out.set_role(writeRole(in.role));
    out.set_kind(toProto(in.kind));
    out.set_version(in.version.value);
    out.set_digest(digestBytes(in.digest));
    out.set_outcome(writeOutcome(in.outcome));
    if (in.score) {
        out.set_score(*in.score);
    }
    out.set_decision(in.decision);
    encodeDuration(in.latency, out.mutable_latency());
    out.set_single(in.single);
    out.set_error(in.error);
    return out;
}

// A score may be NaN or infinite: a version that went wrong said so.
Result<Leg> readLeg(const v1::Leg& in) {
    Reader r;
    Leg out;
    out.role = r.take(decodeEnum<LegRole, v1::LegRole>(in.role(), writeRole, LegRole::Shadow), "role");
    out.kind = r.take(fromProto(in.kind()), "kind");
    out.version = VersionNumber(in.version());
    out.digest = r.digest(in.digest(), "digest");
    out.outcome =
        r.take(decodeEnum<LegOutcome, v1::LegOutcome>(in.outcome(), writeOutcome, LegOutcome::Lost), "outcome");
    if (in.has_score()) {
        out.score = in.score();
    }
    out.decision = r.text(in.decision());
    out.latency = r.duration<std::chrono::nanoseconds>(in.latency(), "latency");
    out.single = in.single();
    out.error = r.text(in.error());
    return r.result(std::move(out));
}

} // namespace

v1::Exchange toProto(const Exchange& in) {
    v1::Exchange out;
    out.set_id(in.id.value);
    encodeTime(in.time, out.mutable_time());
    out.set_endpoint(in.endpoint.value);
    out.set_generation(in.generation.value);
    out.set_caller(in.caller);
    out.set_tenant(in.tenant);
    out.set_request_id(in.requestId);
    out.set_cluster(in.cluster);
    out.set_served_by(in.servedBy);
    out.set_reason(in.reason);
    out.set_answered(in.answered);
    for (const Leg& leg : in.legs) {
        *out.add_legs() = writeLeg(leg);
    }
    out.set_mirrored(in.mirrored);
    out.set_trace_parent(in.traceParent);
    if (in.anomaly) {
        out.set_anomaly(*in.anomaly);
    }
    return out;
}

Result<Exchange> fromProto(const v1::Exchange& in) {
    Reader r;
    Exchange out;
    out.id = ExchangeId(r.hexId(in.id(), "id"));
    out.time = r.time(in.time(), "time");
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.generation = GenerationNumber(in.generation());
    out.caller = r.text(in.caller());
    out.tenant = r.text(in.tenant());
    out.traceParent = r.text(in.trace_parent());
    out.requestId = r.text(in.request_id());
    out.cluster = r.text(in.cluster());
    out.servedBy = r.text(in.served_by());
    out.reason = r.text(in.reason());
    out.answered = in.answered();
    out.legs = r.list<Leg>(in.legs(), kMaxLegs, "legs", readLeg);
    out.mirrored = in.mirrored();
    if (in.has_anomaly()) {
        out.anomaly = r.finite(in.anomaly(), "anomaly");
    }
    return r.result(std::move(out));
}

v1::ExchangePayload toProto(const ExchangePayload& in) {
    v1::ExchangePayload out;
    for (const Tensor& tensor : in.inputs) {
        *out.add_inputs() = toProto(tensor);
    }
    for (const auto& [source, tensors] : in.outputs) {
        v1::ExchangePayload::Output* output = out.add_outputs();
        output->set_source(source);
        for (const Tensor& tensor : tensors) {
            *output->add_tensors() = toProto(tensor);
        }
    }
    return out;
}

Result<ExchangePayload> fromProto(const v1::ExchangePayload& in) {
    using Output = std::pair<std::string, std::vector<Tensor>>;
    Reader r;
    ExchangePayload out;
    out.inputs = r.list<Tensor>(in.inputs(), kMaxTensors, "inputs", kDecode);
    out.outputs = r.list<Output>(in.outputs(), kMaxLegs, "outputs", [](const v1::ExchangePayload::Output& output) {
        Reader o;
        return o.result(
            Output(o.text(output.source()), o.list<Tensor>(output.tensors(), kMaxTensors, "tensors", kDecode)));
    });
    return r.result(std::move(out));
}

v1::ListExchangesRequest toProto(const ExchangeFilter& in) {
    v1::ListExchangesRequest out;
    out.set_endpoint(in.endpoint.value);
    if (in.experiment) {
        out.set_experiment_id(in.experiment->value);
    }
    if (in.productionDecision) {
        out.set_production_decision(*in.productionDecision);
    }
    if (in.shadowDecision) {
        out.set_shadow_decision(*in.shadowDecision);
    }
    if (in.from) {
        encodeTime(*in.from, out.mutable_from());
    }
    if (in.until) {
        encodeTime(*in.until, out.mutable_until());
    }
    out.set_only_disagreeing(in.onlyDisagreeing);
    out.set_most_disagreeing_first(in.mostDisagreeingFirst);
    out.set_page_size(static_cast<int>(std::min(in.pageSize, kMaxPage)));
    out.set_page_token(in.pageToken);
    return out;
}

Result<ExchangeFilter> fromProto(const v1::ListExchangesRequest& in) {
    Reader r;
    ExchangeFilter out;
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    if (in.has_experiment_id()) {
        out.experiment = ExperimentId(r.hexId(in.experiment_id(), "experiment_id"));
    }
    if (in.has_production_decision()) {
        out.productionDecision = r.text(in.production_decision());
    }
    if (in.has_shadow_decision()) {
        out.shadowDecision = r.text(in.shadow_decision());
    }
    if (in.has_from()) {
        out.from = r.time(in.from(), "from");
    }
    if (in.has_until()) {
        out.until = r.time(in.until(), "until");
    }
    out.onlyDisagreeing = in.only_disagreeing();
    out.mostDisagreeingFirst = in.most_disagreeing_first();
    out.pageSize = r.take(pageSize(in.page_size(), 100, kMaxPage), "page_size");
    out.pageToken = r.exact(in.page_token(), kMaxToken, "page_token");
    return r.result(std::move(out));
}

v1::ListExchangesResponse toProto(const ExchangePage& in) {
    v1::ListExchangesResponse out;
    for (const Exchange& exchange : in.exchanges) {
        *out.add_exchanges() = toProto(exchange);
    }
    out.set_next_page_token(in.nextPageToken);
    return out;
}

Result<ExchangePage> fromProto(const v1::ListExchangesResponse& in) {
    Reader r;
    ExchangePage out;
    out.exchanges = r.list<Exchange>(in.exchanges(), kMaxPage, "exchanges", kDecode);
    out.nextPageToken = r.exact(in.next_page_token(), kMaxToken, "next_page_token");
    return r.result(std::move(out));
}

v1::GetExchangeResponse toProto(const port::ExchangeDetail& in) {
    v1::GetExchangeResponse out;
    *out.mutable_exchange() = toProto(in.exchange);
    if (in.payload) {
        *out.mutable_payload() = toProto(*in.payload);
    }
    out.set_withheld(in.withheld);
    return out;
}

Result<port::ExchangeDetail> fromProto(const v1::GetExchangeResponse& in) {
    Reader r;
    port::ExchangeDetail out;
    out.exchange = r.take(fromProto(in.exchange()), "exchange");
    if (in.has_payload()) {
        out.payload = r.take(fromProto(in.payload()), "payload");
    }
    out.withheld = r.text(in.withheld());
    return r.result(std::move(out));
}

Result<std::size_t> pageSize(std::int32_t asked, std::size_t usual, std::size_t most) {
    if (asked < 0) {
        return Error{ErrorCode::InvalidArgument, "page_size is negative"};
    }
    return asked == 0 ? usual : std::min(static_cast<std::size_t>(asked), most);
}

} // namespace gnomon::wire
