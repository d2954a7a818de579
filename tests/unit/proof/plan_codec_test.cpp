// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/deployment_codec.h"
#include "backend/proof/plan_codec.h"

#include <gtest/gtest.h>

#include <functional>

namespace gnomon::proof {
namespace {

Deployment fullDeployment() {
    Deployment deployment;
    deployment.production = VersionNumber(1);
    deployment.shadows = {{VersionNumber(2), 100}, {VersionNumber(3), 5}};
    deployment.chain = {{FallbackKind::Version, VersionNumber(1)}, {FallbackKind::Constant, {}}};
    deployment.mode = Mode::Fallback;
    return deployment;
}

Plan fullPlan() {
    Plan plan;
    plan.id = "00112233445566778899aabbccddeeff";
    plan.fleet = "site1";
    plan.environment = "production";
    plan.kind = ChangeKind::Promote;
    PlanTarget target;
    target.node = NodeId("ffeeddccbbaa99887766554433221100");
    target.endpoint = EndpointName("spam-filter");
    target.base = GenerationNumber(41);
    target.result = fullDeployment();
    target.versions = {{VersionNumber(1), sha256(toBytes("v1"))}, {VersionNumber(2), sha256(toBytes("v2"))}};
    plan.targets = {target};
    plan.policy = policyDigest("one person for the safe direction");
    plan.requester = {"ada", "spiffe://example/console/ada/laptop", "mtls", sha256(toBytes("certificate"))};
    plan.reason = "v2 is better on labelled outcomes";
    plan.notBefore = WallTime(std::chrono::microseconds(1'772'366'400'000'000));
    plan.approveBy = plan.notBefore + std::chrono::hours(1);
    plan.applyBy = plan.notBefore + std::chrono::hours(2);
    return plan;
}

TEST(DeploymentCodec, comesBack) {
    EXPECT_EQ(decodeDeployment(encodeDeployment(fullDeployment())).value(), fullDeployment());
    EXPECT_EQ(decodeDeployment(encodeDeployment({})).value(), Deployment{});
}

TEST(DeploymentCodec, aGenerationComesBack) {
    Generation generation;
    generation.endpoint = EndpointName("credit-approval");
    generation.number = GenerationNumber(7);
    generation.deployment = fullDeployment();
    generation.kind = ChangeKind::Rollback;
    generation.restores = GenerationNumber(5);
    generation.intent = Seq(99);
    generation.time = WallTime(std::chrono::microseconds(5));
    generation.actor = {"bob", "spiffe://example/console/bob/desk", "mtls", {}};
    generation.reason = "v3 flips too much";
    EXPECT_EQ(decodeGeneration(encodeGeneration(generation).value()).value(), generation);
    generation.restores.reset();
    generation.intent.reset();
    EXPECT_EQ(decodeGeneration(encodeGeneration(generation).value()).value(), generation);
}

TEST(DeploymentCodec, whatCannotBeIsRefused) {
    Deployment deployment = fullDeployment();
    deployment.shadows[0].mirrorPercent = 101;
    EXPECT_FALSE(decodeDeployment(encodeDeployment(deployment)).ok());
    deployment.shadows[0].mirrorPercent = -1;
    EXPECT_FALSE(decodeDeployment(encodeDeployment(deployment)).ok());
    Generation generation;
    generation.endpoint = EndpointName("../etc");
    EXPECT_FALSE(decodeGeneration(encodeGeneration(generation).value()).ok());
}

TEST(PlanCodec, comesBack) {
    EXPECT_EQ(decodePlan(encodePlan(fullPlan()).value()).value(), fullPlan());
}

// Approvals sign these; a change here needs a new purpose string.
TEST(PlanCodec, theDigestsNeverChange) {
    EXPECT_EQ(toHex(planDigest(Plan{})->value), "d804bfd60ce49b508aa6e847c6028426b98f1a3d4b0ee2142c1787e3a5ace3fe");
    EXPECT_EQ(toHex(planDigest(fullPlan())->value), "f0f4569c11af9b43c302461f83df32e4d1bcc0c4bf698f19eb19d2d83cf37984");
    EXPECT_EQ(toHex(deploymentDigest(Deployment{})),
              "5190c60e8fef756cc6db515a8cce42ef637e18df59bd7e1172acb4b9ac7207fb");
    EXPECT_EQ(toHex(deploymentDigest(fullDeployment())),
              "aa33c8816b3997cf6327fe659b48b595e6e55a705792a6e7341fca4d75b2354c");
}

TEST(PlanCodec, theDigestIsOverThePurposeAndTheEncoding) {
    Bytes all = toBytes("gnomon-change-v1");
    all.push_back(0);
    const Bytes encoded = encodePlan(fullPlan()).value();
    all.insert(all.end(), encoded.begin(), encoded.end());
    EXPECT_EQ(planDigest(fullPlan())->value, sha256(all));
}

TEST(PlanCodec, everyFieldCounts) {
    const std::vector<std::function<void(Plan&)>> changes = {
        [](Plan& p) { p.id += "0"; },
        [](Plan& p) { p.fleet += "x"; },
        [](Plan& p) { p.environment = "test"; },
        [](Plan& p) { p.kind = ChangeKind::Fallback; },
        [](Plan& p) { p.targets.push_back(p.targets[0]); },
        [](Plan& p) { p.targets[0].node.value += "0"; },
        [](Plan& p) { p.targets[0].endpoint.value += "0"; },
        [](Plan& p) { ++p.targets[0].base.value; },
        [](Plan& p) { ++p.targets[0].result.production.value; },
        [](Plan& p) { --p.targets[0].result.shadows[0].mirrorPercent; },
        [](Plan& p) { std::swap(p.targets[0].result.shadows[0], p.targets[0].result.shadows[1]); },
        [](Plan& p) { p.targets[0].result.chain.pop_back(); },
        [](Plan& p) { p.targets[0].result.chain[1].kind = FallbackKind::Refuse; },
        [](Plan& p) { p.targets[0].result.mode = Mode::Disabled; },
        [](Plan& p) { p.targets[0].versions[0].second.bytes[0] ^= 1; },
        [](Plan& p) { p.targets[0].versions.pop_back(); },
        [](Plan& p) { p.policy = {}; },
        [](Plan& p) { p.requester.person = "eve"; },
        [](Plan& p) { p.requester.identity += "x"; },
        [](Plan& p) { p.requester.authMethod = "none"; },
        [](Plan& p) { p.requester.certificate = {}; },
        [](Plan& p) { p.reason += "."; },
        [](Plan& p) { p.notBefore += std::chrono::microseconds(1); },
        [](Plan& p) { p.approveBy += std::chrono::microseconds(1); },
        [](Plan& p) { p.applyBy += std::chrono::microseconds(1); },
    };
    std::vector<Digest> seen = {planDigest(fullPlan())->value};
    for (const auto& change : changes) {
        Plan plan = fullPlan();
        change(plan);
        const Digest digest = planDigest(plan)->value;
        EXPECT_EQ(std::count(seen.begin(), seen.end(), digest), 0) << seen.size();
        seen.push_back(digest);
    }
}

TEST(PlanCodec, eachFlippedBitIsRefusedOrMeansSomethingElse) {
    const Bytes bytes = encodePlan(fullPlan()).value();
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
        Bytes flipped = bytes;
        flipped[i / 8] ^= static_cast<std::uint8_t>(1u << i % 8);
        const Result<Plan> decoded = decodePlan(flipped);
        if (decoded.ok()) {
            EXPECT_EQ(encodePlan(*decoded).value(), flipped) << i;
            EXPECT_NE(*decoded, fullPlan()) << i;
        }
    }
}

} // namespace
} // namespace gnomon::proof
