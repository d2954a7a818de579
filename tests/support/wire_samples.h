// SPDX-License-Identifier: GPL-3.0-or-later
// One value of each type that crosses the wire, with no field at its default.
#pragma once

#include "backend/domain/exchange.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"
#include "backend/proof/signing_key.h"
#include "backend/wire/change.h"

#include <string>

namespace gnomon::test {

inline std::string hexId(char digit) {
    return std::string(32, digit);
}

inline Digest digest(std::uint8_t byte) {
    Digest out;
    out.bytes.fill(byte);
    return out;
}

inline WallTime at(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds) + std::chrono::microseconds(123456));
}

inline Actor actor() {
    return {"ada", "spiffe://example/console/ada/laptop", "mtls", digest(7)};
}

inline Tensor tensor() {
    return {"x", DataType::Fp32, {1, 2}, {0, 0, 128, 63, 0, 0, 0, 64}};
}

inline Tensor textTensor() {
    return {"words", DataType::ByteString, {2}, {1, 0, 0, 0, 'a', 0, 0, 0, 0}};
}

inline NodeStamp stamp() {
    return {NodeId(hexId('a')), BootId(hexId('b')), at(1'700'000'000)};
}

inline Deployment deployment() {
    return {VersionNumber(1),
            {{VersionNumber(2), 25}},
            {{FallbackKind::Version, VersionNumber(3)}, {FallbackKind::Constant, {}}, {FallbackKind::Refuse, {}}},
            Mode::Fallback};
}

inline Generation generation() {
    return {EndpointName("spam-filter"),
            GenerationNumber(7),
            deployment(),
            ChangeKind::Rollback,
            GenerationNumber(5),
            Seq(42),
            at(1'700'000'001),
            actor(),
            "bad night"};
}

inline Version version() {
    Version out;
    out.endpoint = EndpointName("spam-filter");
    out.number = VersionNumber(2);
    out.digest = digest(9);
    out.engine = "onnxruntime";
    out.description = "a tree";
    out.inputs = {{"x", DataType::Fp32, {-1, 57}, true}};
    out.outputs = {{"p", DataType::Fp64, {-1, 2}, true}};
    out.classNames = {{"p", {"ham", "spam"}}};
    out.goldenCases = 12;
    out.state = VersionState::Skipped;
    out.health = "3 abandoned runs";
    return out;
}

inline EndpointSettings settings() {
    EndpointSettings out;
    out.name = EndpointName("spam-filter");
    out.description = "mail";
    out.owner = "post office";
    out.decision = {"p", 1, 0.75, "spam", "ham", {"ham", "spam"}};
    out.margin = 0.01;
    out.scoreMargin = 0.03;
    out.budget = std::chrono::milliseconds(1250);
    out.clusterParameter = "account";
    out.payload = {true, 0.5, 1000};
    out.constant = {tensor(), textTensor()};
    out.abandonedRunsUntilSkipped = 4;
    out.allowNan = true;
    return out;
}

inline TimeBucket bucket() {
    return {at(1'700'000'060), std::chrono::seconds(60), {19, 18, 9, 1, 2, 3, 2, 1}, 8, 0.9, {0.8, 0.95}, 0.01,
            {-0.02, 0.04}};
}

inline Comparison comparison() {
    Comparison out;
    out.noDecisions = true;
    out.experiment = ExperimentId(hexId('c'));
    out.endpoint = EndpointName("spam-filter");
    out.production = VersionNumber(1);
    out.shadow = VersionNumber(2);
    out.started = at(1'700'000'002);
    out.stopped = at(1'700'000'003);
    out.asOf = at(1'700'000'004);
    out.alpha = 0.01;
    out.margin = 0.005;
    out.scoreMargin = 0.02;
    out.verdict = Verdict::Conflicting;
    out.reasons = {{"decisions", Verdict::Different, "decisions differ in 3.9 %"}};
    out.pairsToVerdict = 12;
    out.coverage = {1, 2, 3, 4, 5, 6, 7, 8};
    out.clusters = 9;
    out.agreeing = 10;
    out.agreement = 0.97;
    out.agreementInterval = {0.96, 0.98};
    out.agreementMissingDisagree = 0.9;
    out.flipEvidence = 2.5;
    out.flipsToPositive = 11;
    out.flipsToNegative = 12;
    out.meanDifference = -0.01;
    out.meanDifferenceInterval = {-0.02, 0.001};
    out.hasScores = true;
    out.transitions = {{"spam", "ham", 13}};
    out.productionLatency = {{0.5, 0.001}};
    out.shadowLatency = {{0.99, 0.002}};
    out.productionErrors = 14;
    out.shadowErrors = 15;
    out.scores = {{0.1, 0.2, 16, 17}};
    out.buckets = {bucket()};
    return out;
}

inline EndpointSnapshot snapshot() {
    return {settings(), generation(), {version()}, 1.5, 0.25, 100, 3, 2, 0.001, 0.009, "not finite", comparison()};
}

inline Checkpoint checkpoint() {
    const auto key = proof::SigningKey::fromSeed("example/audit", Bytes(32, 3));
    return proof::signCheckpoint("example/audit", 43, digest(5), key->verifierKey(),
                                 [&](ByteView message) { return Result<Bytes>(key->sign(message)); })
        .value();
}

inline NodeInfo nodeInfo() {
    return {stamp(),
            "node-a",
            "mail",
            "production",
            "0.1.0",
            {"changes"},
            {{"127.0.0.1:8500", "control", true}},
            "example/audit",
            "example/audit+key",
            at(1'699'999'999),
            {"disk full"}};
}

inline NodeUpdate nodeUpdate() {
    return {stamp(), {snapshot()}, checkpoint(), true, {"disk full"}};
}

inline ChangeRequest changeRequest() {
    return {ChangeKind::ShadowStart,
            EndpointName("spam-filter"),
            VersionNumber(2),
            50,
            GenerationNumber(3),
            "try it",
            true};
}

inline PlanPreview preview() {
    PlanPreview out;
    out.plan.id = hexId('d');
    out.plan.fleet = "mail";
    out.plan.environment = "production";
    out.plan.kind = ChangeKind::Promote;
    out.plan.targets = {{NodeId(hexId('a')),
                         EndpointName("spam-filter"),
                         GenerationNumber(7),
                         deployment(),
                         {{VersionNumber(1), digest(1)}, {VersionNumber(2), digest(2)}}}};
    out.plan.policy = digest(3);
    out.plan.requester = actor();
    out.plan.reason = "better";
    out.plan.notBefore = at(1'700'000'005);
    out.plan.approveBy = at(1'700'000'006);
    out.plan.applyBy = at(1'700'000'007);
    out.digest = PlanDigest(digest(4));
    out.direction = Direction::Risky;
    out.before = deployment();
    out.changes = {{"production", "v1", "v2"}};
    out.notes = {"v2 was never production here"};
    out.requestsPerSecond = 12.5;
    out.dryRun = {true, "asked for", 5, 6, 7, {{"spam -> ham", 8}}, 0.25, std::chrono::milliseconds(1500), true};
    return out;
}

inline ExecuteRequest executeRequest() {
    return {PlanDigest(digest(4)), RequestId("req-1"),          "now",           "",
            ChangeKind::Promote,   EndpointName("spam-filter"), VersionNumber(2)};
}

inline ChangeOutcome changeOutcome() {
    return {PlanDigest(digest(4)), generation(), Seq(42), Seq(43)};
}

inline EffectProof effectProof() {
    return {NodeId(hexId('a')),
            EndpointName("spam-filter"),
            GenerationNumber(7),
            true,
            hexId('e'),
            "fallback",
            at(1'700'000'008),
            true,
            2,
            Seq(44)};
}

inline AnswerTrace answerTrace() {
    return {hexId('e'), at(1'700'000'009), EndpointName("spam-filter"), GenerationNumber(7), "fallback", "v3", "late"};
}

inline Exchange exchange() {
    Leg leg{LegRole::Shadow,
            FallbackKind::Constant,
            VersionNumber(2),
            digest(6),
            LegOutcome::Late,
            0.5,
            "spam",
            std::chrono::nanoseconds(1'500'000'007),
            true,
            "too slow"};
    return {ExchangeId(hexId('e')),
            at(1'700'000'010),
            EndpointName("spam-filter"),
            GenerationNumber(7),
            "spiffe://example/caller/t/app",
            "t",
            "r-1",
            "account-9",
            "production",
            "late",
            true,
            0.75,
            {leg},
            true,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
}

inline ExchangePayload payload() {
    return {{tensor()}, {{"v1", {tensor(), textTensor()}}}};
}

inline ExchangeFilter exchangeFilter() {
    ExchangeFilter out;
    out.endpoint = EndpointName("spam-filter");
    out.experiment = ExperimentId(hexId('c'));
    out.productionDecision = "spam";
    out.shadowDecision = "ham";
    out.from = at(1'700'000'011);
    out.until = at(1'700'000'012);
    out.onlyDisagreeing = true;
    out.mostDisagreeingFirst = true;
    out.pageSize = 17;
    out.pageToken = "token";
    return out;
}

inline AuditFilter auditFilter() {
    AuditFilter out;
    out.person = "ada";
    out.action = "fallback";
    out.object = "endpoint/spam-filter";
    out.kind = RecordKind::Effect;
    out.result = "ok";
    out.words = "night";
    out.from = at(1'700'000'013);
    out.until = at(1'700'000'014);
    out.humansOnly = true;
    out.withoutViews = true;
    out.pageSize = 19;
    out.before = Seq(99);
    return out;
}

inline StoredRecord storedRecord() {
    StoredRecord out;
    out.payload = AuditPayload{{{"mode", "PRODUCTION", "FALLBACK"}}, {{"generation", "7"}}};
    out.payloadBytes = proof::encodePayload(*out.payload).value();
    out.payloadSalt = Bytes(proof::kSaltSize, 5);
    out.record.seq = Seq(42);
    out.record.log = proof::logId("example/audit");
    out.record.time = at(1'700'000'015);
    out.record.bootId = hexId('b');
    out.record.actor = actor();
    out.record.action = "fallback";
    out.record.payload = proof::payloadCommitment(*out.payloadSalt, *out.payloadBytes);
    out.bytes = proof::encodeRecord(out.record).value();
    return out;
}

inline ProvenRecord provenRecord() {
    return {storedRecord(), {Seq(42), 43, {digest(1), digest(2)}}, checkpoint()};
}

inline AuditPage auditPage() {
    return {{storedRecord()}, Seq(42), 43, 44, true};
}

inline Principal principal() {
    Principal out;
    out.actor = actor();
    out.tenant = "t";
    out.role = "console";
    out.permissions = 1u << static_cast<unsigned>(Permission::View) | 1u << static_cast<unsigned>(Permission::Work);
    out.address = "127.0.0.1:4000";
    out.client = "gnomonctl";
    return out;
}

} // namespace gnomon::test
