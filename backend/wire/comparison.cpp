// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/comparison.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/comparison.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxReasons = 100;
constexpr std::size_t kMaxCells = 10'000;
constexpr std::size_t kMaxPoints = 1000;
constexpr std::size_t kMaxBuckets = 20'000;
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

v1::Verdict writeVerdict(Verdict in) {
    switch (in) {
    case Verdict::CannotTellYet:
        return v1::VERDICT_CANNOT_TELL_YET;
    case Verdict::Equivalent:
        return v1::VERDICT_EQUIVALENT;
    case Verdict::Different:
        return v1::VERDICT_DIFFERENT;
    case Verdict::Better:
        return v1::VERDICT_BETTER;
    case Verdict::Worse:
        return v1::VERDICT_WORSE;
    case Verdict::Conflicting:
        return v1::VERDICT_CONFLICTING;
    }
    return v1::VERDICT_UNSPECIFIED;
}

Result<Verdict> readVerdict(v1::Verdict in) {
    return decodeEnum<Verdict, v1::Verdict>(in, writeVerdict, Verdict::Conflicting);
}

v1::Interval writeInterval(const Interval& in) {
    v1::Interval out;
    out.set_low(in.low);
    out.set_high(in.high);
    return out;
}

// Ends may be infinite: before there is data, anything is possible.
Result<Interval> readInterval(const v1::Interval& in) {
    Reader r;
    if (!(in.low() <= in.high())) {
        r.fail("low", "is above high, or not a number");
    }
    return r.result(Interval{in.low(), in.high()});
}

v1::Coverage writeCoverage(const Coverage& in) {
    v1::Coverage out;
    out.set_requests(in.requests);
    out.set_mirrored(in.mirrored);
    out.set_matched(in.matched);
    out.set_dropped(in.dropped);
    out.set_failed(in.failed);
    out.set_late(in.late);
    out.set_lost(in.lost);
    out.set_production_failed(in.productionFailed);
    return out;
}

Coverage readCoverage(const v1::Coverage& in) {
    return {in.requests(), in.mirrored(), in.matched(), in.dropped(),
            in.failed(),   in.late(),     in.lost(),    in.production_failed()};
}

template <class Out>
void encodePoints(const std::vector<LatencyPoint>& in, Out* out) {
    for (const LatencyPoint& point : in) {
        v1::LatencyPoint* added = out->Add();
        added->set_quantile(point.quantile);
        added->set_seconds(point.seconds);
    }
}

Result<LatencyPoint> readPoint(const v1::LatencyPoint& in) {
    Reader r;
    return r.result(LatencyPoint{r.finite(in.quantile(), "quantile"), r.finite(in.seconds(), "seconds")});
}

Result<Bin> readBin(const v1::Bin& in) {
    Reader r;
    return r.result(Bin{r.finite(in.low(), "low"), r.finite(in.high(), "high"), in.production(), in.shadow()});
}

Result<TransitionCell> readCell(const v1::TransitionCell& in) {
    Reader r;
    return r.result(TransitionCell{r.text(in.production()), r.text(in.shadow()), in.count()});
}

Result<VerdictReason> readReason(const v1::VerdictReason& in) {
    Reader r;
    return r.result(
        VerdictReason{r.text(in.aspect()), r.take(readVerdict(in.verdict()), "verdict"), r.text(in.text())});
}

void encodeDetails(const Comparison& in, v1::Comparison& out) {
    for (const TransitionCell& cell : in.transitions) {
        v1::TransitionCell* added = out.add_transitions();
        added->set_production(cell.production);
        added->set_shadow(cell.shadow);
        added->set_count(cell.count);
    }
    encodePoints(in.productionLatency, out.mutable_production_latency());
    encodePoints(in.shadowLatency, out.mutable_shadow_latency());
    for (const Bin& bin : in.scores) {
        v1::Bin* added = out.add_scores();
        added->set_low(bin.low);
        added->set_high(bin.high);
        added->set_production(bin.production);
        added->set_shadow(bin.shadow);
    }
    for (const TimeBucket& bucket : in.buckets) {
        *out.add_buckets() = toProto(bucket);
    }
}

} // namespace

v1::TimeBucket toProto(const TimeBucket& in) {
    v1::TimeBucket out;
    encodeTime(in.start, out.mutable_start());
    encodeDuration(in.length, out.mutable_length());
    *out.mutable_coverage() = writeCoverage(in.coverage);
    out.set_agreeing(in.agreeing);
    out.set_agreement_so_far(in.agreementSoFar);
    *out.mutable_agreement_interval() = writeInterval(in.agreementInterval);
    out.set_mean_difference_so_far(in.meanDifferenceSoFar);
    *out.mutable_mean_difference_interval() = writeInterval(in.meanDifferenceInterval);
    return out;
}

Result<TimeBucket> fromProto(const v1::TimeBucket& in) {
    Reader r;
    TimeBucket out;
    out.start = r.time(in.start(), "start");
    out.length = r.duration<std::chrono::seconds>(in.length(), "length");
    out.coverage = readCoverage(in.coverage());
    out.agreeing = in.agreeing();
    out.agreementSoFar = r.finite(in.agreement_so_far(), "agreement_so_far");
    out.agreementInterval = r.take(readInterval(in.agreement_interval()), "agreement_interval");
    out.meanDifferenceSoFar = r.finite(in.mean_difference_so_far(), "mean_difference_so_far");
    out.meanDifferenceInterval = r.take(readInterval(in.mean_difference_interval()), "mean_difference_interval");
    return r.result(out);
}

v1::Comparison toProto(const Comparison& in) {
    v1::Comparison out;
    out.set_experiment_id(in.experiment.value);
    out.set_endpoint(in.endpoint.value);
    out.set_production(in.production.value);
    out.set_shadow(in.shadow.value);
    encodeTime(in.started, out.mutable_started());
    if (in.stopped) {
        encodeTime(*in.stopped, out.mutable_stopped());
    }
    encodeTime(in.asOf, out.mutable_as_of());
    out.set_alpha(in.alpha);
    out.set_margin(in.margin);
    out.set_score_margin(in.scoreMargin);
    out.set_verdict(writeVerdict(in.verdict));
    for (const VerdictReason& reason : in.reasons) {
        v1::VerdictReason* added = out.add_reasons();
        added->set_aspect(reason.aspect);
        added->set_verdict(writeVerdict(reason.verdict));
        added->set_text(reason.text);
    }
    if (in.pairsToVerdict) {
        out.set_pairs_to_verdict(*in.pairsToVerdict);
    }
    *out.mutable_coverage() = writeCoverage(in.coverage);
    out.set_clusters(in.clusters);
    out.set_agreeing(in.agreeing);
    out.set_no_decisions(in.noDecisions);
    out.set_agreement(in.agreement);
    *out.mutable_agreement_interval() = writeInterval(in.agreementInterval);
    out.set_agreement_missing_disagree(in.agreementMissingDisagree);
    out.set_flip_evidence(in.flipEvidence);
    out.set_flips_to_positive(in.flipsToPositive);
    out.set_flips_to_negative(in.flipsToNegative);
    out.set_mean_difference(in.meanDifference);
    *out.mutable_mean_difference_interval() = writeInterval(in.meanDifferenceInterval);
    out.set_has_scores(in.hasScores);
    out.set_production_errors(in.productionErrors);
    out.set_shadow_errors(in.shadowErrors);
    encodeDetails(in, out);
    return out;
}

Result<Comparison> fromProto(const v1::Comparison& in) {
    Reader r;
    Comparison out;
    out.experiment = ExperimentId(r.hexId(in.experiment_id(), "experiment_id"));
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.production = r.version(in.production(), "production");
    out.shadow = r.version(in.shadow(), "shadow");
    out.started = r.time(in.started(), "started");
    if (in.has_stopped()) {
        out.stopped = r.time(in.stopped(), "stopped");
    }
    out.asOf = r.time(in.as_of(), "as_of");
    out.alpha = r.finite(in.alpha(), "alpha");
    out.margin = r.finite(in.margin(), "margin");
    out.scoreMargin = r.finite(in.score_margin(), "score_margin");
    out.verdict = r.take(readVerdict(in.verdict()), "verdict");
    out.reasons = r.list<VerdictReason>(in.reasons(), kMaxReasons, "reasons", readReason);
    if (in.has_pairs_to_verdict()) {
        out.pairsToVerdict = in.pairs_to_verdict();
    }
    out.coverage = readCoverage(in.coverage());
    out.clusters = in.clusters();
    out.agreeing = in.agreeing();
    out.noDecisions = in.no_decisions();
    out.agreement = r.finite(in.agreement(), "agreement");
    out.agreementInterval = r.take(readInterval(in.agreement_interval()), "agreement_interval");
    out.agreementMissingDisagree = r.finite(in.agreement_missing_disagree(), "agreement_missing_disagree");
    out.flipEvidence = r.finite(in.flip_evidence(), "flip_evidence");
    out.flipsToPositive = in.flips_to_positive();
    out.flipsToNegative = in.flips_to_negative();
    out.meanDifference = r.finite(in.mean_difference(), "mean_difference");
    out.meanDifferenceInterval = r.take(readInterval(in.mean_difference_interval()), "mean_difference_interval");
    out.hasScores = in.has_scores();
    out.transitions = r.list<TransitionCell>(in.transitions(), kMaxCells, "transitions", readCell);
    out.productionLatency = r.list<LatencyPoint>(in.production_latency(), kMaxPoints, "production_latency", readPoint);
    out.shadowLatency = r.list<LatencyPoint>(in.shadow_latency(), kMaxPoints, "shadow_latency", readPoint);
    out.productionErrors = in.production_errors();
    out.shadowErrors = in.shadow_errors();
    out.scores = r.list<Bin>(in.scores(), kMaxPoints, "scores", readBin);
    out.buckets = r.list<TimeBucket>(in.buckets(), kMaxBuckets, "buckets", kDecode);
    return r.result(std::move(out));
}

} // namespace gnomon::wire
