// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/plan_codec.h"
#include "backend/proof/codec_parts.h"
#include "backend/proof/deployment_codec.h"

namespace gnomon::proof {

namespace {

constexpr std::size_t kMostTargets = 4096;
constexpr std::size_t kMostVersions = 256;

void writeTarget(CborWriter& out, const PlanTarget& target) {
    out.array(5);
    out.text(target.node.value);
    out.text(target.endpoint.value);
    out.number(target.base.value);
    writeDeployment(out, target.result);
    out.array(target.versions.size());
    for (const auto& [version, digest] : target.versions) {
        out.array(2);
        out.number(version.value);
        writeDigest(out, digest);
    }
}

PlanTarget readTarget(CborReader& in) {
    PlanTarget target;
    in.arrayOf(5);
    target.node = NodeId(std::string(in.text(kAnyText)));
    target.endpoint = readEndpoint(in);
    target.base = GenerationNumber(in.number());
    target.result = readDeployment(in);
    for (std::size_t left = in.array(kMostVersions); left > 0 && in.ok(); --left) {
        in.arrayOf(2);
        const VersionNumber version(static_cast<std::uint32_t>(in.number(UINT32_MAX)));
        target.versions.emplace_back(version, readDigest(in));
    }
    return target;
}

} // namespace

Result<Bytes> encodePlan(const Plan& plan) {
    CborWriter out;
    out.map(12);
    out.key(0);
    out.number(1); // schema version
    out.key(1);
    out.text(plan.id);
    out.key(2);
    out.text(plan.fleet);
    out.key(3);
    out.text(plan.environment);
    out.key(4);
    out.text(changeKindName(plan.kind));
    out.key(5);
    out.array(plan.targets.size());
    for (const PlanTarget& target : plan.targets) {
        writeTarget(out, target);
    }
    out.key(6);
    writeDigest(out, plan.policy);
    out.key(7);
    writeActor(out, plan.requester);
    out.key(8);
    out.text(plan.reason);
    out.key(9);
    writeTime(out, plan.notBefore);
    out.key(10);
    writeTime(out, plan.approveBy);
    out.key(11);
    writeTime(out, plan.applyBy);
    return std::move(out).finish();
}

Result<Plan> decodePlan(ByteView bytes) {
    CborReader in(bytes);
    Plan plan;
    in.mapOf(12);
    in.key(0);
    if (in.number() != 1) {
        in.fail("a schema version is not known");
    }
    in.key(1);
    plan.id = in.text(kAnyText);
    in.key(2);
    plan.fleet = in.text(kAnyText);
    in.key(3);
    plan.environment = in.text(kAnyText);
    in.key(4);
    plan.kind = readChangeKind(in);
    in.key(5);
    for (std::size_t left = in.array(kMostTargets); left > 0 && in.ok(); --left) {
        plan.targets.push_back(readTarget(in));
    }
    in.key(6);
    plan.policy = readDigest(in);
    in.key(7);
    plan.requester = readActor(in);
    in.key(8);
    plan.reason = in.text(kAnyText);
    in.key(9);
    plan.notBefore = readTime(in);
    in.key(10);
    plan.approveBy = readTime(in);
    in.key(11);
    plan.applyBy = readTime(in);
    GNOMON_TRY(in.finish());
    return plan;
}

Result<PlanDigest> planDigest(const Plan& plan) {
    GNOMON_ASSIGN(const Bytes bytes, encodePlan(plan));
    return PlanDigest(purposeDigest("gnomon-change-v1", bytes));
}

} // namespace gnomon::proof
