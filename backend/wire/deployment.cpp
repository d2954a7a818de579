// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/deployment.h"
#include "backend/wire/common.h"
#include "backend/wire/comparison.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/deployment.pb.h>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxVersions = 1000;
constexpr std::size_t kMaxTensors = 1000;
constexpr std::size_t kMaxClasses = 10'000;
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

v1::Mode writeMode(Mode in) {
    switch (in) {
    case Mode::Production:
        return v1::MODE_PRODUCTION;
    case Mode::Fallback:
        return v1::MODE_FALLBACK;
    case Mode::Disabled:
        return v1::MODE_DISABLED;
    }
    return v1::MODE_UNSPECIFIED;
}

v1::VersionState writeState(VersionState in) {
    switch (in) {
    case VersionState::Found:
        return v1::VERSION_STATE_FOUND;
    case VersionState::Loading:
        return v1::VERSION_STATE_LOADING;
    case VersionState::Ready:
        return v1::VERSION_STATE_READY;
    case VersionState::Skipped:
        return v1::VERSION_STATE_SKIPPED;
    case VersionState::Refused:
        return v1::VERSION_STATE_REFUSED;
    }
    return v1::VERSION_STATE_UNSPECIFIED;
}

Result<ShadowSpec> readShadow(const v1::ShadowSpec& in) {
    Reader r;
    return r.result(
        ShadowSpec{r.version(in.version(), "version"), r.within<int>(in.mirror_percent(), 0, 100, "mirror_percent")});
}

Result<FallbackStep> readStep(const v1::FallbackStep& in) {
    Reader r;
    FallbackStep out{r.take(fromProto(in.kind()), "kind"), VersionNumber(in.version())};
    if ((out.kind == FallbackKind::Version) != (in.version() != 0)) {
        r.fail("version", "belongs to steps of kind VERSION, and only to them");
    }
    return r.result(out);
}

v1::DecisionRule writeRule(const DecisionRule& in) {
    v1::DecisionRule out;
    out.set_score_output(in.scoreOutput);
    out.set_score_column(in.scoreColumn);
    out.set_threshold(in.threshold);
    out.set_positive(in.positive);
    out.set_negative(in.negative);
    out.mutable_classes()->Add(in.classes.begin(), in.classes.end());
    return out;
}

Result<DecisionRule> readRule(const v1::DecisionRule& in) {
    Reader r;
    return r.result(DecisionRule{r.text(in.score_output()),
                                 r.within<std::int64_t>(in.score_column(), 0, INT32_MAX, "score_column"),
                                 r.finite(in.threshold(), "threshold"), r.text(in.positive()), r.text(in.negative()),
                                 r.texts(in.classes(), kMaxClasses, "classes")});
}

Result<PayloadPolicy> readPolicy(const v1::PayloadPolicy& in) {
    Reader r;
    return r.result(PayloadPolicy{in.keep(), r.finite(in.share(), "share"), in.max_bytes()});
}

} // namespace

v1::ChangeKind toProto(ChangeKind in) {
    switch (in) {
    case ChangeKind::Initial:
        return v1::CHANGE_KIND_INITIAL;
    case ChangeKind::Fallback:
        return v1::CHANGE_KIND_FALLBACK;
    case ChangeKind::Restore:
        return v1::CHANGE_KIND_RESTORE;
    case ChangeKind::Rollback:
        return v1::CHANGE_KIND_ROLLBACK;
    case ChangeKind::Promote:
        return v1::CHANGE_KIND_PROMOTE;
    case ChangeKind::ShadowStart:
        return v1::CHANGE_KIND_SHADOW_START;
    case ChangeKind::ShadowStop:
        return v1::CHANGE_KIND_SHADOW_STOP;
    case ChangeKind::ShadowMirror:
        return v1::CHANGE_KIND_SHADOW_MIRROR;
    case ChangeKind::Enable:
        return v1::CHANGE_KIND_ENABLE;
    case ChangeKind::Disable:
        return v1::CHANGE_KIND_DISABLE;
    }
    return v1::CHANGE_KIND_UNSPECIFIED;
}

Result<ChangeKind> fromProto(v1::ChangeKind in) {
    return decodeEnum<ChangeKind, v1::ChangeKind>(in, toProto, ChangeKind::Disable);
}

v1::Deployment toProto(const Deployment& in) {
    v1::Deployment out;
    out.set_production(in.production.value);
    for (const ShadowSpec& shadow : in.shadows) {
        v1::ShadowSpec* spec = out.add_shadows();
        spec->set_version(shadow.version.value);
        spec->set_mirror_percent(shadow.mirrorPercent);
    }
    for (const FallbackStep& step : in.chain) {
        v1::FallbackStep* link = out.add_chain();
        link->set_kind(toProto(step.kind));
        link->set_version(step.version.value);
    }
    out.set_mode(writeMode(in.mode));
    return out;
}

Result<Deployment> fromProto(const v1::Deployment& in) {
    Reader r;
    Deployment out;
    out.production = r.version(in.production(), "production");
    out.shadows = r.list<ShadowSpec>(in.shadows(), kMaxVersions, "shadows", readShadow);
    out.chain = r.list<FallbackStep>(in.chain(), kMaxVersions, "chain", readStep);
    out.mode = r.take(decodeEnum<Mode, v1::Mode>(in.mode(), writeMode, Mode::Disabled), "mode");
    return r.result(std::move(out));
}

v1::Generation toProto(const Generation& in) {
    v1::Generation out;
    out.set_endpoint(in.endpoint.value);
    out.set_number(in.number.value);
    *out.mutable_deployment() = toProto(in.deployment);
    out.set_kind(toProto(in.kind));
    if (in.restores) {
        out.set_restores(in.restores->value);
    }
    if (in.intent) {
        out.set_intent(in.intent->value);
    }
    encodeTime(in.time, out.mutable_time());
    *out.mutable_actor() = toProto(in.actor);
    out.set_reason(in.reason);
    return out;
}

Result<Generation> fromProto(const v1::Generation& in) {
    Reader r;
    Generation out;
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.number = r.generation(in.number(), "number");
    out.deployment = r.take(fromProto(in.deployment()), "deployment");
    out.kind = r.take(fromProto(in.kind()), "kind");
    if (in.has_restores()) {
        out.restores = r.generation(in.restores(), "restores");
    }
    if (in.has_intent()) {
        out.intent = Seq(in.intent());
    }
    out.time = r.time(in.time(), "time");
    out.actor = r.take(fromProto(in.actor()), "actor");
    out.reason = r.text(in.reason());
    return r.result(std::move(out));
}

v1::Version toProto(const Version& in) {
    v1::Version out;
    out.set_endpoint(in.endpoint.value);
    out.set_number(in.number.value);
    out.set_digest(digestBytes(in.digest));
    out.set_engine(in.engine);
    out.set_description(in.description);
    for (const TensorSpec& spec : in.inputs) {
        *out.add_inputs() = toProto(spec);
    }
    for (const TensorSpec& spec : in.outputs) {
        *out.add_outputs() = toProto(spec);
    }
    for (const auto& [output, names] : in.classNames) {
        (*out.mutable_class_names())[output].mutable_names()->Add(names.begin(), names.end());
    }
    out.set_golden_cases(in.goldenCases);
    out.set_state(writeState(in.state));
    out.set_health(in.health);
    return out;
}

Result<Version> fromProto(const v1::Version& in) {
    Reader r;
    Version out;
    out.endpoint = r.endpoint(in.endpoint(), "endpoint");
    out.number = r.version(in.number(), "number");
    out.digest = r.digest(in.digest(), "digest");
    out.engine = r.text(in.engine());
    out.description = r.text(in.description());
    out.inputs = r.list<TensorSpec>(in.inputs(), kMaxTensors, "inputs", kDecode);
    out.outputs = r.list<TensorSpec>(in.outputs(), kMaxTensors, "outputs", kDecode);
    if (in.class_names().size() > kMaxTensors) {
        r.fail("class_names", "has too many entries");
    } else {
        for (const auto& [output, names] : in.class_names()) {
            out.classNames[r.text(output)] = r.texts(names.names(), kMaxClasses, "class_names");
        }
    }
    out.goldenCases = in.golden_cases();
    out.state =
        r.take(decodeEnum<VersionState, v1::VersionState>(in.state(), writeState, VersionState::Refused), "state");
    out.health = r.text(in.health());
    return r.result(std::move(out));
}

v1::EndpointSettings toProto(const EndpointSettings& in) {
    v1::EndpointSettings out;
    out.set_name(in.name.value);
    out.set_description(in.description);
    out.set_owner(in.owner);
    *out.mutable_decision() = writeRule(in.decision);
    out.set_margin(in.margin);
    out.set_score_margin(in.scoreMargin);
    encodeDuration(in.budget, out.mutable_budget());
    out.set_cluster_parameter(in.clusterParameter);
    out.mutable_payload()->set_keep(in.payload.keep);
    out.mutable_payload()->set_share(in.payload.share);
    out.mutable_payload()->set_max_bytes(in.payload.maxBytes);
    for (const Tensor& tensor : in.constant) {
        *out.add_constant() = toProto(tensor);
    }
    out.set_abandoned_runs_until_skipped(in.abandonedRunsUntilSkipped);
    out.set_allow_nan(in.allowNan);
    return out;
}

Result<EndpointSettings> fromProto(const v1::EndpointSettings& in) {
    Reader r;
    EndpointSettings out;
    out.name = r.endpoint(in.name(), "name");
    out.description = r.text(in.description());
    out.owner = r.text(in.owner());
    out.decision = r.take(readRule(in.decision()), "decision");
    out.margin = r.finite(in.margin(), "margin");
    out.scoreMargin = r.finite(in.score_margin(), "score_margin");
    out.budget = r.duration<std::chrono::milliseconds>(in.budget(), "budget");
    out.clusterParameter = r.text(in.cluster_parameter());
    out.payload = r.take(readPolicy(in.payload()), "payload");
    out.constant = r.list<Tensor>(in.constant(), kMaxTensors, "constant", kDecode);
    out.abandonedRunsUntilSkipped = in.abandoned_runs_until_skipped();
    out.allowNan = in.allow_nan();
    return r.result(std::move(out));
}

v1::Endpoint toProto(const EndpointSnapshot& in) {
    v1::Endpoint out;
    *out.mutable_settings() = toProto(in.settings);
    *out.mutable_generation() = toProto(in.generation);
    for (const Version& version : in.versions) {
        *out.add_versions() = toProto(version);
    }
    out.set_requests_per_second(in.requestsPerSecond);
    out.set_substitution_share(in.substitutionShare);
    out.set_requests(in.requests);
    out.set_substituted(in.substituted);
    out.set_failed(in.failed);
    out.set_p50_seconds(in.p50Seconds);
    out.set_p99_seconds(in.p99Seconds);
    out.set_last_reason(in.lastReason);
    if (in.comparison) {
        *out.mutable_comparison() = toProto(*in.comparison);
    }
    return out;
}

Result<EndpointSnapshot> fromProto(const v1::Endpoint& in) {
    Reader r;
    EndpointSnapshot out;
    out.settings = r.take(fromProto(in.settings()), "settings");
    out.generation = r.take(fromProto(in.generation()), "generation");
    out.versions = r.list<Version>(in.versions(), kMaxVersions, "versions", kDecode);
    out.requestsPerSecond = r.finite(in.requests_per_second(), "requests_per_second");
    out.substitutionShare = r.finite(in.substitution_share(), "substitution_share");
    out.requests = in.requests();
    out.substituted = in.substituted();
    out.failed = in.failed();
    out.p50Seconds = r.finite(in.p50_seconds(), "p50_seconds");
    out.p99Seconds = r.finite(in.p99_seconds(), "p99_seconds");
    out.lastReason = r.text(in.last_reason());
    if (in.has_comparison()) {
        out.comparison = r.take(fromProto(in.comparison()), "comparison");
    }
    return r.result(std::move(out));
}

} // namespace gnomon::wire
