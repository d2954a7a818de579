// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gnomonctl/json.h"

namespace gnomon::ctl {

using nlohmann::json;

namespace {

json changesToJson(const std::vector<FieldChange>& changes) {
    json list = json::array();
    for (const FieldChange& change : changes) {
        list.push_back({{"field", change.field}, {"before", change.before}, {"after", change.after}});
    }
    return list;
}

json intervalToJson(const Interval& interval) {
    return {interval.low, interval.high};
}

json latencyToJson(const std::vector<LatencyPoint>& points) {
    json list = json::array();
    for (const LatencyPoint& point : points) {
        list.push_back({{"quantile", point.quantile}, {"seconds", point.seconds}});
    }
    return list;
}

void putDigest(json& object, const char* key, const Digest& digest) {
    if (!digest.isZero()) {
        object[key] = toHex(digest);
    }
}

void putText(json& object, const char* key, const std::string& text) {
    if (!text.empty()) {
        object[key] = text;
    }
}

} // namespace

json toJson(const Error& error) {
    json object = {{"code", codeName(error.code)}, {"message", error.message}};
    putText(object, "remedy", error.remedy);
    putText(object, "field", error.field);
    return {{"error", object}};
}

json toJson(const NodeInfo& node) {
    json listeners = json::array();
    for (const Listener& listener : node.listeners) {
        listeners.push_back(
            {{"address", listener.address}, {"serves", listener.serves}, {"encrypted", listener.encrypted}});
    }
    return {{"id", node.stamp.id.value},
            {"boot_id", node.stamp.boot.value},
            {"server_time", toRfc3339(node.stamp.serverTime)},
            {"name", node.name},
            {"fleet", node.fleet},
            {"environment", node.environment},
            {"version", node.softwareVersion},
            {"capabilities", node.capabilities},
            {"listeners", listeners},
            {"audit_origin", node.auditOrigin},
            {"audit_verifier_key", node.auditVerifierKey},
            {"started", toRfc3339(node.started)},
            {"alarms", node.alarms}};
}

json toJson(const Deployment& deployment) {
    json shadows = json::array();
    for (const ShadowSpec& shadow : deployment.shadows) {
        shadows.push_back({{"version", shadow.version.value}, {"mirror_percent", shadow.mirrorPercent}});
    }
    json chain = json::array();
    for (const FallbackStep& step : deployment.chain) {
        chain.push_back(describe(step));
    }
    return {{"mode", modeName(deployment.mode)},
            {"production", deployment.production.value},
            {"shadows", shadows},
            {"fallback_chain", chain}};
}

json toJson(const Generation& generation) {
    json object = {{"endpoint", generation.endpoint.value},   {"generation", generation.number.value},
                   {"kind", changeKindName(generation.kind)}, {"deployment", toJson(generation.deployment)},
                   {"time", toRfc3339(generation.time)},      {"actor", generation.actor.person}};
    putText(object, "reason", generation.reason);
    if (generation.restores) {
        object["equals_generation"] = generation.restores->value;
    }
    if (generation.intent) {
        object["audit_seq"] = generation.intent->value;
    }
    return object;
}

json toJson(const EndpointSnapshot& endpoint) {
    json versions = json::array();
    for (const Version& version : endpoint.versions) {
        json object = {{"version", version.number.value},
                       {"sha256", toHex(version.digest)},
                       {"engine", version.engine},
                       {"state", versionStateName(version.state)}};
        putText(object, "description", version.description);
        putText(object, "health", version.health);
        versions.push_back(object);
    }
    json object = {{"endpoint", endpoint.settings.name.value},
                   {"description", endpoint.settings.description},
                   {"owner", endpoint.settings.owner},
                   {"generation", toJson(endpoint.generation)},
                   {"versions", versions},
                   {"requests_per_second", endpoint.requestsPerSecond},
                   {"substitution_share", endpoint.substitutionShare},
                   {"requests", endpoint.requests},
                   {"substituted", endpoint.substituted},
                   {"failed", endpoint.failed},
                   {"p50_seconds", endpoint.p50Seconds},
                   {"p99_seconds", endpoint.p99Seconds}};
    putText(object, "last_reason", endpoint.lastReason);
    if (endpoint.comparison) {
        object["verdict"] = verdictName(endpoint.comparison->verdict);
    }
    return object;
}

json toJson(const PlanPreview& preview) {
    json dryRun;
    if (preview.dryRun.skipped) {
        dryRun = {{"skipped", preview.dryRun.skippedBecause}};
    } else {
        json flips = json::object();
        for (const auto& [flip, count] : preview.dryRun.flips) {
            flips[flip] = count;
        }
        dryRun = {{"replayed", preview.dryRun.replayed},
                  {"failed", preview.dryRun.failed},
                  {"decisions_changed", preview.dryRun.decisionsChanged},
                  {"flips", flips},
                  {"mean_score_difference", preview.dryRun.meanScoreDifference},
                  {"cut_short", preview.dryRun.cutShort},
                  {"took_ms", preview.dryRun.took.count()}};
    }
    json targets = json::array();
    for (const PlanTarget& target : preview.plan.targets) {
        targets.push_back({{"node", target.node.value},
                           {"endpoint", target.endpoint.value},
                           {"base_generation", target.base.value},
                           {"result", toJson(target.result)}});
    }
    return {{"plan", toHex(preview.digest.value)},
            {"kind", changeKindName(preview.plan.kind)},
            {"environment", preview.plan.environment},
            {"direction", preview.direction == Direction::Safe ? "safe" : "risky"},
            {"before", toJson(preview.before)},
            {"targets", targets},
            {"changes", changesToJson(preview.changes)},
            {"notes", preview.notes},
            {"requests_per_second", preview.requestsPerSecond},
            {"dry_run", dryRun},
            {"apply_by", toRfc3339(preview.plan.applyBy)}};
}

json toJson(const ChangeOutcome& outcome) {
    json object = {{"plan", toHex(outcome.digest.value)},
                   {"generation", toJson(outcome.generation)},
                   {"audit_intent", outcome.intent.value}};
    if (outcome.outcome) {
        object["audit_outcome"] = outcome.outcome->value;
    }
    return object;
}

json toJson(const EffectProof& proof) {
    json object = {
        {"node", proof.node.value},   {"endpoint", proof.endpoint.value},  {"generation", proof.generation.value},
        {"complete", proof.complete}, {"served_by", proof.servedBy},       {"first_exchange", proof.firstExchange},
        {"by_probe", proof.byProbe},  {"old_in_flight", proof.oldInFlight}};
    if (proof.record) {
        object["audit_seq"] = proof.record->value;
    }
    return object;
}

json toJson(const Comparison& c) {
    json reasons = json::array();
    for (const VerdictReason& reason : c.reasons) {
        reasons.push_back({{"aspect", reason.aspect}, {"verdict", verdictName(reason.verdict)}, {"text", reason.text}});
    }
    json transitions = json::array();
    for (const TransitionCell& cell : c.transitions) {
        transitions.push_back({{"production", cell.production}, {"shadow", cell.shadow}, {"count", cell.count}});
    }
    json object = {{"experiment", c.experiment.value},
                   {"endpoint", c.endpoint.value},
                   {"production", c.production.value},
                   {"shadow", c.shadow.value},
                   {"started", toRfc3339(c.started)},
                   {"as_of", toRfc3339(c.asOf)},
                   {"alpha", c.alpha},
                   {"margin", c.margin},
                   {"verdict", verdictName(c.verdict)},
                   {"reasons", reasons},
                   {"coverage",
                    {{"requests", c.coverage.requests},
                     {"mirrored", c.coverage.mirrored},
                     {"matched", c.coverage.matched},
                     {"dropped", c.coverage.dropped},
                     {"failed", c.coverage.failed},
                     {"late", c.coverage.late},
                     {"lost", c.coverage.lost},
                     {"production_failed", c.coverage.productionFailed}}},
                   {"clusters", c.clusters},
                   {"no_decisions", c.noDecisions},
                   {"flips_to_positive", c.flipsToPositive},
                   {"flips_to_negative", c.flipsToNegative},
                   {"flip_evidence_log10", c.flipEvidence},
                   {"transitions", transitions},
                   {"production_latency", latencyToJson(c.productionLatency)},
                   {"shadow_latency", latencyToJson(c.shadowLatency)},
                   {"production_errors", c.productionErrors},
                   {"shadow_errors", c.shadowErrors}};
    if (!c.noDecisions) {
        object["agreement"] = c.agreement;
        object["agreement_interval"] = intervalToJson(c.agreementInterval);
        object["agreement_missing_disagree"] = c.agreementMissingDisagree;
    }
    if (c.hasScores) {
        object["mean_difference"] = c.meanDifference;
        object["mean_difference_interval"] = intervalToJson(c.meanDifferenceInterval);
    }
    if (c.pairsToVerdict) {
        object["pairs_to_verdict"] = *c.pairsToVerdict;
    }
    return object;
}

json toJson(const Exchange& e) {
    json object = {{"id", e.id.value},
                   {"time", toRfc3339(e.time)},
                   {"endpoint", e.endpoint.value},
                   {"generation", e.generation.value},
                   {"served_by", e.servedBy},
                   {"answered", e.answered},
                   {"mirrored", e.mirrored}};
    putText(object, "caller", e.caller);
    putText(object, "tenant", e.tenant);
    putText(object, "request_id", e.requestId);
    putText(object, "traceparent", e.traceParent);
    putText(object, "cluster", e.cluster);
    putText(object, "reason", e.reason);
    json legs = json::array();
    for (const Leg& leg : e.legs) {
        json one = {{"role", legRoleName(leg.role)},
                    {"who", describe(FallbackStep{leg.kind, leg.version})},
                    {"outcome", legOutcomeName(leg.outcome)},
                    {"latency_ms", static_cast<double>(leg.latency.count()) / 1e6},
                    {"single", leg.single}};
        if (leg.score) {
            one["score"] = *leg.score;
        }
        putText(one, "decision", leg.decision);
        putText(one, "error", leg.error);
        legs.push_back(std::move(one));
    }
    object["legs"] = legs;
    return object;
}

json toJson(const StoredRecord& stored) {
    const AuditRecord& r = stored.record;
    json object = {{"seq", r.seq.value},          {"time", toRfc3339(r.time)}, {"kind", recordKindName(r.kind)},
                   {"person", r.actor.person},    {"action", r.action},        {"object", r.object},
                   {"bytes", toHex(stored.bytes)}};
    putText(object, "identity", r.actor.identity);
    putText(object, "permission", r.permission);
    putText(object, "source", r.sourceAddress);
    putText(object, "client", r.sourceClient);
    putText(object, "request_id", r.requestId);
    putText(object, "result", r.result);
    putText(object, "code", r.code);
    putText(object, "reason", r.reason);
    putText(object, "build", r.build);
    putDigest(object, "before", r.before);
    putDigest(object, "after", r.after);
    putDigest(object, "plan", r.change);
    if (r.ref) {
        object["ref"] = r.ref->value;
    }
    if (stored.payload) {
        object["changes"] = changesToJson(stored.payload->changes);
        json facts = json::object();
        for (const auto& [name, value] : stored.payload->facts) {
            facts[name] = value;
        }
        object["facts"] = facts;
    }
    return object;
}

} // namespace gnomon::ctl
