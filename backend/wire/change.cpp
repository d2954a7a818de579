// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/change.h"
#include "backend/wire/common.h"
#include "backend/wire/deployment.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/deployment.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxTargets = 10'000;
constexpr std::size_t kMaxVersions = 1000;
constexpr std::size_t kMaxLines = 1000;
constexpr std::chrono::seconds kMaxWait{60};
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

v1::Direction writeDirection(Direction in) {
    switch (in) {
    case Direction::Safe:
        return v1::DIRECTION_SAFE;
    case Direction::Risky:
        return v1::DIRECTION_RISKY;
    }
    return v1::DIRECTION_UNSPECIFIED;
}

v1::PlanTarget writeTarget(const PlanTarget& in) {
    v1::PlanTarget out;
    out.set_node_id(in.node.value);
    out.set_endpoint(in.endpoint.value);
    out.set_base_generation(in.base.value);
    *out.mutable_result() = toProto(in.result);
    for (const auto& [version, digest] : in.versions) {
        v1::PlanTarget::VersionDigest* pair = out.add_versions();
        pair->set_version(version.value);
        pair->set_digest(digestBytes(digest));
    }
    return out;
}

Result<PlanTarget> readTarget(const v1::PlanTarget& in) {
    using Pair = std::pair<VersionNumber, Digest>;
    Reader r;
    PlanTarget out;
    out.node = NodeId(r.hexId(in.node_id(), "node_id"));
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.base = GenerationNumber(in.base_generation());
    out.result = r.take(fromProto(in.result()), "result");
    out.versions = r.list<Pair>(in.versions(), kMaxVersions, "versions", [](const v1::PlanTarget::VersionDigest& pair) {
        Reader p;
        return p.result(Pair(p.version(pair.version(), "version"), p.digest(pair.digest(), "digest")));
    });
    return r.result(std::move(out));
}

v1::Plan writePlan(const Plan& in) {
    v1::Plan out;
    out.set_id(in.id);
    out.set_fleet(in.fleet);
    out.set_environment(in.environment);
    out.set_kind(toProto(in.kind));
    for (const PlanTarget& target : in.targets) {
        *out.add_targets() = writeTarget(target);
    }
    out.set_policy(digestBytes(in.policy));
    *out.mutable_requester() = toProto(in.requester);
    out.set_reason(in.reason);
    encodeTime(in.notBefore, out.mutable_not_before());
    encodeTime(in.approveBy, out.mutable_approve_by());
    encodeTime(in.applyBy, out.mutable_apply_by());
    return out;
}

Result<Plan> readPlan(const v1::Plan& in) {
    Reader r;
    Plan out;
    out.id = r.hexId(in.id(), "id");
    out.fleet = r.text(in.fleet());
    out.environment = r.text(in.environment());
    out.kind = r.take(fromProto(in.kind()), "kind");
    out.targets = r.list<PlanTarget>(in.targets(), kMaxTargets, "targets", readTarget);
    out.policy = r.digest(in.policy(), "policy");
    out.requester = r.take(fromProto(in.requester()), "requester");
    out.reason = r.text(in.reason());
    out.notBefore = r.time(in.not_before(), "not_before");
    out.approveBy = r.time(in.approve_by(), "approve_by");
    out.applyBy = r.time(in.apply_by(), "apply_by");
    return r.result(std::move(out));
}

v1::DryRun writeDryRun(const DryRun& in) {
    v1::DryRun out;
    out.set_skipped(in.skipped);
    out.set_skipped_because(in.skippedBecause);
    out.set_replayed(in.replayed);
    out.set_failed(in.failed);
    out.set_decisions_changed(in.decisionsChanged);
    for (const auto& [change, count] : in.flips) {
        v1::DryRun::Flip* flip = out.add_flips();
        flip->set_change(change);
        flip->set_count(count);
    }
    out.set_mean_score_difference(in.meanScoreDifference);
    encodeDuration(in.took, out.mutable_took());
    out.set_cut_short(in.cutShort);
    return out;
}

Result<DryRun> readDryRun(const v1::DryRun& in) {
    using Flip = std::pair<std::string, std::uint32_t>;
    Reader r;
    DryRun out;
    out.skipped = in.skipped();
    out.skippedBecause = r.text(in.skipped_because());
    out.replayed = in.replayed();
    out.failed = in.failed();
    out.decisionsChanged = in.decisions_changed();
    out.flips = r.list<Flip>(in.flips(), kMaxLines, "flips", [&r](const v1::DryRun::Flip& flip) {
        return Result<Flip>(Flip(r.text(flip.change()), flip.count()));
    });
    out.meanScoreDifference = r.finite(in.mean_score_difference(), "mean_score_difference");
    out.took = r.duration<std::chrono::milliseconds>(in.took(), "took");
    out.cutShort = in.cut_short();
    return r.result(std::move(out));
}

} // namespace

v1::ChangeRequest toProto(const ChangeRequest& in) {
    v1::ChangeRequest out;
    out.set_kind(toProto(in.kind));
    out.set_endpoint(in.endpoint.value);
    if (in.version) {
        out.set_version(in.version->value);
    }
    if (in.mirrorPercent) {
        out.set_mirror_percent(*in.mirrorPercent);
    }
    if (in.toGeneration) {
        out.set_to_generation(in.toGeneration->value);
    }
    out.set_reason(in.reason);
    out.set_skip_dry_run(in.skipDryRun);
    return out;
}

Result<ChangeRequest> fromProto(const v1::ChangeRequest& in) {
    Reader r;
    ChangeRequest out;
    out.kind = r.take(fromProto(in.kind()), "kind");
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    if (in.has_version()) {
        out.version = r.version(in.version(), "version");
    }
    if (in.has_mirror_percent()) {
        out.mirrorPercent = r.within<int>(in.mirror_percent(), 0, 100, "mirror_percent");
    }
    if (in.has_to_generation()) {
        out.toGeneration = r.generation(in.to_generation(), "to_generation");
    }
    out.reason = r.text(in.reason());
    out.skipDryRun = in.skip_dry_run();
    return r.result(std::move(out));
}

v1::PlanPreview toProto(const PlanPreview& in) {
    v1::PlanPreview out;
    *out.mutable_plan() = writePlan(in.plan);
    out.set_digest(digestBytes(in.digest.value));
    out.set_direction(writeDirection(in.direction));
    *out.mutable_before() = toProto(in.before);
    for (const FieldChange& change : in.changes) {
        *out.add_changes() = toProto(change);
    }
    out.mutable_notes()->Add(in.notes.begin(), in.notes.end());
    out.set_requests_per_second(in.requestsPerSecond);
    *out.mutable_dry_run() = writeDryRun(in.dryRun);
    return out;
}

Result<PlanPreview> fromProto(const v1::PlanPreview& in) {
    Reader r;
    PlanPreview out;
    out.plan = r.take(readPlan(in.plan()), "plan");
    out.digest = PlanDigest(r.digest(in.digest(), "digest"));
    out.direction =
        r.take(decodeEnum<Direction, v1::Direction>(in.direction(), writeDirection, Direction::Risky), "direction");
    out.before = r.take(fromProto(in.before()), "before");
    out.changes = r.list<FieldChange>(in.changes(), kMaxLines, "changes", kDecode);
    out.notes = r.texts(in.notes(), kMaxLines, "notes");
    out.requestsPerSecond = r.finite(in.requests_per_second(), "requests_per_second");
    out.dryRun = r.take(readDryRun(in.dry_run()), "dry_run");
    return r.result(std::move(out));
}

v1::ExecutePlanRequest toProto(const ExecuteRequest& in) {
    v1::ExecutePlanRequest out;
    out.set_digest(digestBytes(in.digest.value));
    out.set_request_id(in.requestId.value);
    out.set_reason(in.reason);
    if (in.expectedKind) {
        out.set_expected_kind(toProto(*in.expectedKind));
    }
    if (in.expectedEndpoint) {
        out.set_expected_endpoint(in.expectedEndpoint->value);
    }
    if (in.expectedVersion) {
        out.set_expected_version(in.expectedVersion->value);
    }
    return out;
}

Result<ExecuteRequest> fromProto(const v1::ExecutePlanRequest& in) {
    Reader r;
    ExecuteRequest out{PlanDigest(r.digest(in.digest(), "digest")), r.requestId(in.request_id(), "request_id"),
                       r.text(in.reason())};
    if (out.digest.value.isZero()) {
        r.fail("digest", "is missing");
    }
    if (in.has_expected_kind()) {
        out.expectedKind = r.take(fromProto(in.expected_kind()), "expected_kind");
    }
    if (in.has_expected_endpoint()) {
        out.expectedEndpoint = r.endpoint(in.expected_endpoint(), "expected_endpoint");
    }
    if (in.has_expected_version()) {
        out.expectedVersion = r.version(in.expected_version(), "expected_version");
    }
    return r.result(std::move(out));
}

v1::ChangeOutcome toProto(const ChangeOutcome& in) {
    v1::ChangeOutcome out;
    out.set_digest(digestBytes(in.digest.value));
    *out.mutable_generation() = toProto(in.generation);
    out.set_intent(in.intent.value);
    if (in.outcome) {
        out.set_outcome(in.outcome->value);
    }
    return out;
}

Result<ChangeOutcome> fromProto(const v1::ChangeOutcome& in) {
    Reader r;
    return r.result(ChangeOutcome{PlanDigest(r.digest(in.digest(), "digest")),
                                  r.take(fromProto(in.generation()), "generation"), Seq(in.intent()),
                                  in.has_outcome() ? std::optional(Seq(in.outcome())) : std::nullopt});
}

v1::WatchEffectRequest toProto(const EffectQuery& in) {
    v1::WatchEffectRequest out;
    out.set_endpoint(in.endpoint.value);
    out.set_generation(in.generation.value);
    encodeDuration(in.wait, out.mutable_wait());
    return out;
}

Result<EffectQuery> fromProto(const v1::WatchEffectRequest& in) {
    Reader r;
    return r.result(EffectQuery{r.endpoint(in.endpoint(), "endpoint"), r.generation(in.generation(), "generation"),
                                r.duration<std::chrono::milliseconds>(in.wait(), "wait", kMaxWait)});
}

v1::EffectProof toProto(const EffectProof& in) {
    v1::EffectProof out;
    out.set_node_id(in.node.value);
    out.set_endpoint(in.endpoint.value);
    out.set_generation(in.generation.value);
    out.set_complete(in.complete);
    out.set_first_exchange(in.firstExchange);
    out.set_served_by(in.servedBy);
    encodeTime(in.firstReply, out.mutable_first_reply());
    out.set_by_probe(in.byProbe);
    out.set_old_in_flight(in.oldInFlight);
    if (in.record) {
        out.set_record(in.record->value);
    }
    return out;
}

Result<EffectProof> fromProto(const v1::EffectProof& in) {
    Reader r;
    EffectProof out;
    out.node = NodeId(r.hexId(in.node_id(), "node_id"));
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.generation = r.generation(in.generation(), "generation");
    out.complete = in.complete();
    out.firstExchange = r.hexId(in.first_exchange(), "first_exchange");
    out.servedBy = r.text(in.served_by());
    out.firstReply = r.time(in.first_reply(), "first_reply");
    out.byProbe = in.by_probe();
    out.oldInFlight = in.old_in_flight();
    if (in.has_record()) {
        out.record = Seq(in.record());
    }
    return r.result(std::move(out));
}

v1::WhatAnsweredRequest toProto(const AnswerQuery& in) {
    v1::WhatAnsweredRequest out;
    out.set_endpoint(in.endpoint.value);
    if (!in.requestId.empty()) {
        out.set_request_id(in.requestId);
    } else if (in.time) {
        encodeTime(*in.time, out.mutable_time());
    }
    return out;
}

Result<AnswerQuery> fromProto(const v1::WhatAnsweredRequest& in) {
    Reader r;
    AnswerQuery out;
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.requestId = r.text(in.request_id());
    if (in.has_time()) {
        out.time = r.time(in.time(), "time");
    } else if (in.request_id().empty()) {
        r.fail("request_id", "or time is needed");
    }
    return r.result(std::move(out));
}

v1::AnswerTrace toProto(const AnswerTrace& in) {
    v1::AnswerTrace out;
    out.set_exchange(in.exchange);
    encodeTime(in.time, out.mutable_time());
    out.set_endpoint(in.endpoint.value);
    out.set_generation(in.generation.value);
    out.set_served_by(in.servedBy);
    out.set_version(in.version);
    out.set_reason(in.reason);
    return out;
}

Result<AnswerTrace> fromProto(const v1::AnswerTrace& in) {
    Reader r;
    AnswerTrace out;
    out.exchange = r.hexId(in.exchange(), "exchange");
    out.time = r.time(in.time(), "time");
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.generation = r.generation(in.generation(), "generation");
    out.servedBy = r.text(in.served_by());
    out.version = r.text(in.version());
    out.reason = r.text(in.reason());
    return r.result(std::move(out));
}

} // namespace gnomon::wire
