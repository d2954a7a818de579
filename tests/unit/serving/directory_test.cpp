// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/serving_bench.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;
using test::ServingBench;
using test::writeText;

using Created = std::vector<std::pair<VersionNumber, port::Place>>;

const std::string kGolden = R"({"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}],
    "outputs": [{"name": "score", "datatype": "FP32", "shape": [1, 1], "data": [0.1]}]})";

std::string alone() {
    return ServingBench::settings("production = 1\nchain = [\"constant\"]");
}

Version versionOf(ServingBench& bench, std::uint32_t number) {
    return bench.directory->versions(bench.name).value().at(number - 1);
}

void reopen(ServingBench& bench) {
    bench.pipeline.reset();
    bench.directory = makeEndpointDirectory({bench.folder.path(), 1 << 20, 1 << 20, 5000ms, {}}, bench.factory,
                                            bench.state, bench.clock)
                          .value();
}

TEST(Directory, aVersionIsTriedInAWorkerBeforeItServes) {
    ServingBench bench(alone());
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Found);
    bench.start();
    ASSERT_TRUE(bench.deployed.ok());
    EXPECT_EQ(bench.factory.created(),
              (Created{{VersionNumber(1), port::Place::Worker}, {VersionNumber(1), port::Place::InProcess}}));
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Ready);
    EXPECT_EQ(versionOf(bench, 1).inputs.at(0).name, "x");
    EXPECT_EQ(versionOf(bench, 2).state, VersionState::Found);
}

TEST(Directory, whatProvedItselfIsNotTriedAgainAfterARestart) {
    ServingBench bench(alone());
    bench.start();
    reopen(bench);
    bench.start();
    ASSERT_TRUE(bench.deployed.ok());
    EXPECT_EQ(bench.factory.created().size(), 3u);
    EXPECT_EQ(bench.factory.created().back(), (std::pair{VersionNumber(1), port::Place::InProcess}));
}

TEST(Directory, aModelThatChangedSinceIsRefused) {
    ServingBench bench(alone());
    bench.start();
    writeText(bench.folder.model("spam", 1), "something else");
    reopen(bench);
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Refused);
    bench.start();
    ASSERT_FALSE(bench.deployed.ok());
    EXPECT_NE(bench.deployed.error().message.find("has changed"), std::string::npos);
}

TEST(Directory, aFileThatIsSwappedUnderARunningNodeDoesNotServe) {
    ServingBench bench(alone());
    bench.start();
    const Deployment before = bench.directory->inForce(bench.name)->deployment;
    writeText(bench.folder.model("spam", 2), "something else");
    Deployment promoted = before;
    promoted.production = VersionNumber(2);
    const Status refused = bench.directory->prepare(bench.name, promoted);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(refused.error().message.find("v2 of endpoint 'spam'"), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("has changed"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(refused.error().remedy.empty());
    EXPECT_EQ(versionOf(bench, 2).state, VersionState::Found);
    EXPECT_EQ(bench.state.value("proven/spam/2").error().code, ErrorCode::NotFound);

    Deployment shadowed = before;
    shadowed.shadows = {{VersionNumber(2), 100}};
    EXPECT_FALSE(bench.directory->prepare(bench.name, shadowed).ok());

    writeText(bench.folder.model("spam", 2), "model 2 of spam");
    EXPECT_TRUE(bench.directory->prepare(bench.name, promoted).ok()) << "its own file is back";
}

TEST(Directory, newGoldenCasesAskForANewTrial) {
    ServingBench bench(alone());
    bench.start();
    writeText(bench.folder.version("spam", 1) / "golden" / "a.json", kGolden);
    reopen(bench);
    bench.start();
    EXPECT_EQ(bench.factory.created().size(), 4u);
    EXPECT_EQ(bench.factory.worker(1).runs(), 1u);
}

TEST(Directory, aVersionThatFailsAGoldenCaseNeverServes) {
    ServingBench bench(alone());
    writeText(bench.folder.version("spam", 2) / "golden" / "a.json", kGolden);
    reopen(bench);
    bench.start();
    Deployment next = bench.directory->inForce(bench.name)->deployment;
    next.production = VersionNumber(2); // scores 0.2 where 0.1 was recorded
    const Status refused = bench.directory->prepare(bench.name, next);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(refused.error().message.find("v2"), std::string::npos);
    EXPECT_NE(refused.error().message.find("a.json"), std::string::npos);
    EXPECT_EQ(versionOf(bench, 2).state, VersionState::Refused);
    const Created created = bench.factory.created();
    EXPECT_EQ(std::count(created.begin(), created.end(), std::pair{VersionNumber(2), port::Place::InProcess}), 0);
}

TEST(Directory, aTrialThatNeverEndsIsGivenUp) {
    ServingBench bench(alone());
    writeText(bench.folder.version("spam", 1) / "golden" / "a.json", kGolden);
    bench.pipeline.reset();
    bench.directory = makeEndpointDirectory({bench.folder.path(), 1 << 20, 1 << 20, 20ms, {}}, bench.factory,
                                            bench.state, bench.clock)
                          .value();
    bench.factory.worker(1).hold();
    bench.start();
    EXPECT_FALSE(bench.deployed.ok());
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Refused);
    EXPECT_EQ(bench.factory.worker(1).abandoned(), 1u);
    bench.factory.worker(1).release();
}

TEST(Directory, aMissingEngineIsNotTheVersionsFault) {
    ServingBench bench(alone());
    bench.factory.refuse(1, Error{ErrorCode::Unavailable, "no engine"});
    bench.start();
    EXPECT_FALSE(bench.deployed.ok());
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Found);
    EXPECT_EQ(versionOf(bench, 1).health, "no engine");
    bench.factory.refuse(1, std::nullopt);
    bench.start();
    EXPECT_TRUE(bench.deployed.ok());
}

TEST(Directory, aRefusedFileStaysRefused) {
    ServingBench bench(alone());
    bench.factory.refuse(1, Error{ErrorCode::Corrupt, "cut short"});
    bench.start();
    EXPECT_EQ(versionOf(bench, 1).state, VersionState::Refused);
    EXPECT_NE(versionOf(bench, 1).health.find("cut short"), std::string::npos);
}

TEST(Directory, goingToSafetyDoesNotFailOverWhatIsBrokenAnyway) {
    ServingBench bench(
        ServingBench::settings("production = 1\nshadows = [{ version = 3 }]\nchain = [\"v2\", \"constant\"]"));
    bench.factory.refuse(1, Error{ErrorCode::Corrupt, "cut short"});
    Generation generation;
    generation.endpoint = bench.name;
    generation.number = GenerationNumber(1);
    generation.deployment = bench.directory->initial(bench.name).value();
    EXPECT_FALSE(bench.directory->prepare(bench.name, generation.deployment).ok());
    ASSERT_TRUE(bench.directory->deploy(generation).ok()) << "the node starts with what there is";
    const auto substituted = bench.ask();
    ASSERT_TRUE(substituted.ok());
    EXPECT_EQ(substituted->version, VersionNumber(2));
    EXPECT_NE(substituted->reason.find("not loaded"), std::string::npos) << substituted->reason;

    Deployment fallback = generation.deployment;
    fallback.mode = Mode::Fallback;
    EXPECT_TRUE(bench.deploy(fallback).ok());
    EXPECT_FALSE(bench.directory->prepare(bench.name, generation.deployment).ok()) << "the way back needs production";
}

TEST(Directory, whatNothingNamesIsLetGo) {
    ServingBench bench(ServingBench::settings("production = 1\nshadows = [{ version = 2 }]\nchain = [\"constant\"]"));
    bench.start();
    EXPECT_TRUE(bench.directory->warmRunner(bench.name, VersionNumber(2)).ok());
    Deployment without = bench.directory->inForce(bench.name)->deployment;
    without.shadows.clear();
    ASSERT_TRUE(bench.deploy(without).ok());
    EXPECT_EQ(bench.directory->warmRunner(bench.name, VersionNumber(2)).error().code, ErrorCode::FailedPrecondition);
}

TEST(Directory, aDeploymentMustMakeSense) {
    ServingBench bench(alone());
    bench.start();
    const Deployment good = bench.directory->inForce(bench.name)->deployment;
    const FallbackStep version{FallbackKind::Version, VersionNumber(2)};
    const FallbackStep refuse{FallbackKind::Refuse, {}};
    Deployment bad = good;
    bad.chain = {};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad.chain = {version};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad.chain = {refuse, version};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad = good;
    bad.shadows = {{VersionNumber(1), 100}};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad.shadows = {{VersionNumber(2), 100}, {VersionNumber(2), 100}};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad.shadows = {{VersionNumber(9), 100}};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    bad.shadows = {{VersionNumber(2), 101}};
    EXPECT_FALSE(bench.directory->prepare(bench.name, bad).ok());
    EXPECT_TRUE(bench.directory->prepare(bench.name, good).ok());
}

TEST(Directory, noExampleIsMadeUpForAHugeShape) {
    for (const std::int64_t size : {std::int64_t{1} << 40, std::int64_t{1} << 28}) {
        ServingBench bench(alone());
        bench.factory.inputs({{"x", DataType::Fp64, {-1, size, size}, false}});
        bench.start();
        const auto example = bench.directory->exampleInputs(bench.name);
        ASSERT_FALSE(example.ok());
        EXPECT_EQ(example.error().code, ErrorCode::FailedPrecondition);
    }
}

TEST(Directory, examplesComeFromGoldenCasesOrTheSchema) {
    ServingBench bench(alone());
    bench.start();
    const auto zeros = bench.directory->exampleInputs(bench.name);
    ASSERT_TRUE(zeros.ok());
    EXPECT_EQ(zeros->tensors.at(0).shape, (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(elementAsDouble(zeros->tensors[0], 1), 0.0);

    writeText(bench.folder.version("spam", 1) / "golden" / "a.json", kGolden);
    reopen(bench);
    const auto golden = bench.directory->exampleInputs(bench.name);
    ASSERT_TRUE(golden.ok());
    EXPECT_EQ(elementAsDouble(golden->tensors.at(0), 1), 2.0);
}

TEST(Directory, theRestIsTriedWhenThereIsTime) {
    ServingBench bench(alone());
    bench.factory.refuse(3, Error{ErrorCode::FailedPrecondition, "not a model"});
    bench.start();
    bench.directory->tryRemaining({});
    EXPECT_EQ(versionOf(bench, 2).state, VersionState::Ready);
    EXPECT_EQ(versionOf(bench, 3).state, VersionState::Refused);
    EXPECT_FALSE(bench.directory->warmRunner(bench.name, VersionNumber(2)).ok()) << "tried, and let go again";
}

} // namespace
} // namespace gnomon::serving
