// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/deployment_codec.h"
#include "backend/base/check.h"
#include "backend/proof/codec_parts.h"

namespace gnomon::proof {

namespace {

constexpr std::size_t kMostSteps = 64; // shadows, and steps of a chain

Mode readMode(CborReader& in) {
    const std::string_view name = in.text(kAnyText);
    for (const Mode mode : {Mode::Production, Mode::Fallback, Mode::Disabled}) {
        if (name == modeName(mode)) {
            return mode;
        }
    }
    in.fail("a mode is not known");
    return {};
}

VersionNumber readVersion(CborReader& in) {
    return VersionNumber(static_cast<std::uint32_t>(in.number(UINT32_MAX)));
}

} // namespace

void writeDeployment(CborWriter& out, const Deployment& deployment) {
    out.map(4);
    out.key(0);
    out.number(deployment.production.value);
    out.key(1);
    out.array(deployment.shadows.size());
    for (const ShadowSpec& shadow : deployment.shadows) {
        out.array(2);
        out.number(shadow.version.value);
        out.integer(shadow.mirrorPercent);
    }
    out.key(2);
    out.array(deployment.chain.size());
    for (const FallbackStep& step : deployment.chain) {
        out.array(2);
        out.number(static_cast<std::uint64_t>(step.kind));
        out.number(step.version.value);
    }
    out.key(3);
    out.text(modeName(deployment.mode));
}

Deployment readDeployment(CborReader& in) {
    Deployment deployment;
    in.mapOf(4);
    in.key(0);
    deployment.production = readVersion(in);
    in.key(1);
    deployment.shadows.resize(in.array(kMostSteps));
    for (ShadowSpec& shadow : deployment.shadows) {
        in.arrayOf(2);
        shadow.version = readVersion(in);
        shadow.mirrorPercent = static_cast<int>(in.number(100));
    }
    in.key(2);
    deployment.chain.resize(in.array(kMostSteps));
    for (FallbackStep& step : deployment.chain) {
        in.arrayOf(2);
        step.kind = static_cast<FallbackKind>(in.number(static_cast<std::uint64_t>(FallbackKind::Refuse)));
        step.version = readVersion(in);
    }
    in.key(3);
    deployment.mode = readMode(in);
    return deployment;
}

Bytes encodeDeployment(const Deployment& deployment) {
    CborWriter out;
    writeDeployment(out, deployment);
    Result<Bytes> bytes = std::move(out).finish();
    GNOMON_CHECK(bytes.ok()); // only text from outside can fail, and a deployment has none
    return std::move(bytes).value();
}

Result<Deployment> decodeDeployment(ByteView bytes) {
    CborReader in(bytes);
    Deployment deployment = readDeployment(in);
    GNOMON_TRY(in.finish());
    return deployment;
}

Result<Bytes> encodeGeneration(const Generation& generation) {
    CborWriter out;
    out.map(10);
    out.key(0);
    out.number(1); // schema version
    out.key(1);
    out.text(generation.endpoint.value);
    out.key(2);
    out.number(generation.number.value);
    out.key(3);
    writeDeployment(out, generation.deployment);
    out.key(4);
    out.text(changeKindName(generation.kind));
    out.key(5);
    generation.restores ? out.number(generation.restores->value) : out.null();
    out.key(6);
    generation.intent ? out.number(generation.intent->value) : out.null();
    out.key(7);
    writeTime(out, generation.time);
    out.key(8);
    writeActor(out, generation.actor);
    out.key(9);
    out.text(generation.reason);
    return std::move(out).finish();
}

Result<Generation> decodeGeneration(ByteView bytes) {
    CborReader in(bytes);
    Generation generation;
    in.mapOf(10);
    in.key(0);
    if (in.number() != 1) {
        in.fail("a schema version is not known");
    }
    in.key(1);
    generation.endpoint = readEndpoint(in);
    in.key(2);
    generation.number = GenerationNumber(in.number());
    in.key(3);
    generation.deployment = readDeployment(in);
    in.key(4);
    generation.kind = readChangeKind(in);
    in.key(5);
    if (!in.null()) {
        generation.restores = GenerationNumber(in.number());
    }
    in.key(6);
    if (!in.null()) {
        generation.intent = Seq(in.number());
    }
    in.key(7);
    generation.time = readTime(in);
    in.key(8);
    generation.actor = readActor(in);
    in.key(9);
    generation.reason = in.text(kAnyText);
    GNOMON_TRY(in.finish());
    return generation;
}

Digest deploymentDigest(const Deployment& deployment) {
    return purposeDigest("gnomon-deployment-v1", encodeDeployment(deployment));
}

Digest policyDigest(std::string_view policy) {
    return purposeDigest("gnomon-policy-v1", asBytes(policy));
}

} // namespace gnomon::proof
