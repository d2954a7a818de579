// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/repository/model_repository.h"
#include "tests/support/model_folder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace gnomon::serving {
namespace {

using test::writeText;

class ModelRepositoryTest : public testing::Test {
protected:
    std::vector<StoredEndpoint> read() {
        auto endpoints = readRepository(folder.path(), {1000, 1000});
        EXPECT_TRUE(endpoints.ok()) << endpoints.error().message;
        return endpoints.ok() ? *std::move(endpoints) : std::vector<StoredEndpoint>{};
    }
    // The only version of the only endpoint.
    Version only() { return read().at(0).versions.at(0).version; }
    void expectRefused(const std::string& because) {
        const Version version = only();
        EXPECT_EQ(version.state, VersionState::Refused);
        EXPECT_NE(version.health.find(because), std::string::npos) << version.health;
    }

    test::ModelFolder folder;
};

TEST_F(ModelRepositoryTest, withoutEndpointTomlTheHighestVersionIsProduction) {
    writeText(folder.model("spam", 9), "nine");
    writeText(folder.model("spam", 10), "ten");
    writeText(folder.path() / "spam" / "notes" / "x", "not a version");
    const auto endpoints = read();
    ASSERT_EQ(endpoints.size(), 1u);
    ASSERT_EQ(endpoints[0].versions.size(), 2u);
    EXPECT_EQ(endpoints[0].initial.production, VersionNumber(10));
    EXPECT_EQ(endpoints[0].initial.chain, (std::vector<FallbackStep>{{FallbackKind::Refuse, VersionNumber(0)}}));
    EXPECT_EQ(endpoints[0].versions[1].version.digest, sha256(asBytes("ten")));
    EXPECT_EQ(endpoints[0].versions[1].version.state, VersionState::Found);
}

TEST_F(ModelRepositoryTest, readsManifestAndGoldenCases) {
    folder.endpoint("spam", 1, "");
    const std::string golden = R"({"inputs": [], "outputs": []})";
    writeText(folder.version("spam", 1) / "golden" / "a.json", golden);
    writeText(folder.version("spam", 1) / "manifest.json",
              R"({"description": "trees", "engine": "onnxruntime", "extra": 1, "files": {"golden/a.json": ")" +
                  toHex(sha256(asBytes(golden))) + "\"}}");
    const Version version = only();
    EXPECT_EQ(version.state, VersionState::Found) << version.health;
    EXPECT_EQ(version.description, "trees");
    EXPECT_EQ(version.goldenCases, 1u);
}

TEST_F(ModelRepositoryTest, aFileThatIsNotTheManifestsIsRefused) {
    folder.endpoint("spam", 1, "");
    writeText(folder.version("spam", 1) / "manifest.json",
              R"({"files": {"model.onnx": ")" + toHex(sha256(asBytes("another model"))) + "\"}}");
    expectRefused("model.onnx");
}

TEST_F(ModelRepositoryTest, aManifestCannotLeadOutOfTheFolder) {
    folder.endpoint("spam", 1, "");
    writeText(folder.path() / "secret", "s");
    for (const std::string name : {"../../secret", "/etc/hostname", "golden//x", ".", ""}) {
        writeText(folder.version("spam", 1) / "manifest.json", R"({"files": {")" + name + R"(": ""}})");
        EXPECT_EQ(only().state, VersionState::Refused) << name;
    }
}

TEST_F(ModelRepositoryTest, linksAreRefusedAtEveryLevel) {
    writeText(folder.path() / "outside", "secret");
    folder.endpoint("spam", 1, "");
    std::filesystem::remove(folder.model("spam", 1));
    std::filesystem::create_symlink(folder.path() / "outside", folder.model("spam", 1));
    expectRefused("symbolic link");

    std::filesystem::remove(folder.model("spam", 1));
    writeText(folder.model("spam", 1), "model");
    std::filesystem::create_directory_symlink(folder.path(), folder.version("spam", 1) / "golden");
    expectRefused("symbolic link");
}

// Left out, it would look as if nobody had put it there.
TEST_F(ModelRepositoryTest, aVersionThatIsALinkIsToldOf) {
    folder.endpoint("spam", 1, "");
    std::filesystem::create_directory_symlink("1", folder.version("spam", 2));
    const auto endpoints = read();
    ASSERT_EQ(endpoints.at(0).versions.size(), 2u);
    const Version& linked = endpoints[0].versions[1].version;
    EXPECT_EQ(linked.state, VersionState::Refused);
    EXPECT_NE(linked.health.find("'spam/2' is a symbolic link"), std::string::npos) << linked.health;
    EXPECT_EQ(endpoints[0].initial.production, VersionNumber(1));
}

TEST_F(ModelRepositoryTest, filesWithOtherNamesAreRefused) {
    folder.endpoint("spam", 1, "");
    std::filesystem::create_hard_link(folder.model("spam", 1), folder.path() / "elsewhere");
    expectRefused("'spam/1/model.onnx' has other names");
}

// Callers hear why a version is refused; where the repository lies is none of their business.
TEST_F(ModelRepositoryTest, reasonsDoNotTellWhereTheRepositoryLies) {
    folder.endpoint("spam", 1, "");
    std::filesystem::remove(folder.model("spam", 1));
    EXPECT_EQ(only().health.find(folder.path().string()), std::string::npos) << only().health;
}

TEST_F(ModelRepositoryTest, onlyRegularFilesAreRead) {
    folder.endpoint("spam", 1, "");
    std::filesystem::remove(folder.model("spam", 1));
    ASSERT_EQ(::mkfifo(folder.model("spam", 1).c_str(), 0600), 0);
    expectRefused("not what it should be");
}

TEST_F(ModelRepositoryTest, whatIsTooLargeIsRefused) {
    folder.endpoint("spam", 1, "");
    writeText(folder.model("spam", 1), std::string(1001, 'x'));
    expectRefused("1001 bytes");
}

TEST_F(ModelRepositoryTest, aVersionWithoutAModelIsRefused) {
    folder.endpoint("spam", 1, "");
    std::filesystem::remove(folder.model("spam", 1));
    expectRefused("does not exist");
}

TEST_F(ModelRepositoryTest, aGoldenCaseThatIsNotUnderstoodRefusesTheVersion) {
    folder.endpoint("spam", 1, "");
    writeText(folder.version("spam", 1) / "golden" / "bad.json", "{");
    expectRefused("bad.json");
}

TEST_F(ModelRepositoryTest, theTrialDigestFollowsTheGoldenCases) {
    folder.endpoint("spam", 1, "");
    const Digest before = read()[0].versions[0].trial;
    writeText(folder.version("spam", 1) / "golden" / "a.json", R"({"inputs": [], "outputs": []})");
    EXPECT_NE(read()[0].versions[0].trial, before);
}

TEST_F(ModelRepositoryTest, anInitialDeploymentNamesVersionsThatAreThere) {
    folder.endpoint("spam", 2, "[initial]\nproduction = 3");
    const auto endpoints = readRepository(folder.path(), {});
    ASSERT_FALSE(endpoints.ok());
    EXPECT_NE(endpoints.error().message.find("v3"), std::string::npos);
}

TEST_F(ModelRepositoryTest, anEndpointTomlThatIsNotUnderstoodStopsTheStart) {
    folder.endpoint("spam", 1, "nonsense = 1");
    const auto endpoints = readRepository(folder.path(), {});
    ASSERT_FALSE(endpoints.ok());
    EXPECT_NE(endpoints.error().message.find("endpoint.toml:1:1"), std::string::npos);
}

TEST_F(ModelRepositoryTest, aMissingRepositoryIsAnError) {
    EXPECT_EQ(readRepository(folder.path() / "nowhere", {}).error().code, ErrorCode::NotFound);
}

} // namespace
} // namespace gnomon::serving
