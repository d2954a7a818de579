// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/model_file.h"
#include "backend/engine/onnx_api.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace gnomon::engine {
namespace {

using test::TinyOnnx;

class ModelFileTest : public testing::Test {
protected:
    std::filesystem::path write(const std::string& content) {
        std::ofstream(m_path, std::ios::binary) << content;
        return m_path;
    }
    void TearDown() override { std::filesystem::remove(m_path); }

    const std::filesystem::path m_path =
        std::filesystem::path(testing::TempDir()) / ("gnomon-" + std::to_string(::getpid()) + ".onnx");
};

TEST_F(ModelFileTest, bytesAndDigestAreOfTheSameReading) {
    const Result<ModelFile> file = readModelFile(write(TinyOnnx::identity()));
    ASSERT_TRUE(file.ok()) << file.error().message;
    EXPECT_EQ(asText(file->bytes), TinyOnnx::identity());
    EXPECT_EQ(file->digest, sha256(asBytes(TinyOnnx::identity())));
}

TEST_F(ModelFileTest, missingEmptyAndFolderAreCorrupt) {
    EXPECT_EQ(readModelFile("/nonexistent/model.onnx").error().code, ErrorCode::Corrupt);
    EXPECT_EQ(readModelFile(testing::TempDir()).error().code, ErrorCode::Corrupt);
    EXPECT_EQ(readModelFile(write("")).error().code, ErrorCode::Corrupt);
}

TEST_F(ModelFileTest, linksAndPipesAreNotRead) {
    write(TinyOnnx::identity());
    const std::filesystem::path other = m_path.string() + ".link";
    std::filesystem::create_symlink(m_path, other);
    const auto link = readModelFile(other);
    std::filesystem::remove(other);
    ASSERT_EQ(::mkfifo(other.c_str(), 0600), 0);
    const auto pipe = readModelFile(other); // with nobody on its other end
    std::filesystem::remove(other);
    ASSERT_FALSE(link.ok());
    EXPECT_EQ(link.error().code, ErrorCode::Corrupt);
    EXPECT_NE(link.error().message.find("symbolic link"), std::string::npos) << link.error().message;
    ASSERT_FALSE(pipe.ok());
    EXPECT_NE(pipe.error().message.find("regular file"), std::string::npos) << pipe.error().message;
}

TEST_F(ModelFileTest, largerThanAllowedIsNotRead) {
    const std::string model = TinyOnnx::identity();
    EXPECT_TRUE(readModelFile(write(model), model.size()).ok());
    const auto refused = readModelFile(m_path, model.size() - 1);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
}

TEST_F(ModelFileTest, commonMistakesAreNamed) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"},
        {"\x1f\x8b\x08", "gzip"},
        {"PK\x03\x04", "zip archive"},
        {"\x80\x04\x95", "pickle"},
        {"<!DOCTYPE html>", "markup"},
    };
    for (const auto& [start, word] : mistakes) {
        const Result<ModelFile> file = readModelFile(write(start));
        ASSERT_FALSE(file.ok()) << word;
        EXPECT_EQ(file.error().code, ErrorCode::FailedPrecondition);
        EXPECT_NE(file.error().message.find(word), std::string::npos) << file.error().message;
        EXPECT_FALSE(file.error().remedy.empty());
    }
}

std::string externalTensor() {
    const std::string entry = TinyOnnx::bytes(1, "location") + TinyOnnx::bytes(2, "/etc/passwd");
    return TinyOnnx::number(2, 1) + TinyOnnx::bytes(8, "w") + TinyOnnx::bytes(13, entry) + TinyOnnx::number(14, 1);
}

Result<OnnxFacts> scan(const std::string& file) {
    return scanOnnx(asBytes(file));
}

TEST(OnnxScan, plainModelHasNoExternalData) {
    const Result<OnnxFacts> facts = scan(TinyOnnx::identity());
    ASSERT_TRUE(facts.ok());
    EXPECT_FALSE(facts->externalData);
    EXPECT_TRUE(facts->classNames.empty());
}

TEST(OnnxScan, externalDataIsFoundWhereverATensorMayBe) {
    const std::string inAttribute =
        TinyOnnx::bytes(5, TinyOnnx::bytes(1, "value") + TinyOnnx::bytes(5, externalTensor()));
    const std::string subgraph = TinyOnnx().initializer(externalTensor()).graph();
    const std::string inSubgraph = TinyOnnx::bytes(5, TinyOnnx::bytes(1, "body") + TinyOnnx::bytes(6, subgraph));
    const std::string sparse = TinyOnnx::bytes(5, TinyOnnx::bytes(22, TinyOnnx::bytes(1, externalTensor())));
    const std::string function =
        TinyOnnx::bytes(25, TinyOnnx::bytes(7, TinyOnnx::node("Constant", {}, {"c"}, inAttribute)));
    const std::vector<std::string> files = {
        TinyOnnx().initializer(externalTensor()).file(),
        TinyOnnx().add(TinyOnnx::node("Constant", {}, {"c"}, inAttribute)).file(),
        TinyOnnx().add(TinyOnnx::node("Loop", {}, {"c"}, inSubgraph)).file(),
        TinyOnnx().add(TinyOnnx::node("Constant", {}, {"c"}, sparse)).file(),
        TinyOnnx::identity() + function,
    };
    for (std::size_t i = 0; i < files.size(); ++i) {
        const Result<OnnxFacts> facts = scan(files[i]);
        ASSERT_TRUE(facts.ok()) << i;
        EXPECT_TRUE(facts->externalData) << i;
    }
}

TEST(OnnxScan, classNamesOfZipMapsAreRead) {
    const auto attribute = [](const std::string& name, const std::string& values) {
        return TinyOnnx::bytes(5, TinyOnnx::bytes(1, name) + values);
    };
    const std::string texts = attribute("classlabels_strings", TinyOnnx::bytes(9, "no") + TinyOnnx::bytes(9, "yes"));
    const std::string single = attribute("classlabels_int64s", TinyOnnx::number(8, 0) + TinyOnnx::number(8, 1));
    const std::string packed = attribute("classlabels_int64s", TinyOnnx::bytes(8, std::string("\x00\xac\x02", 3)));
    const Result<OnnxFacts> facts = scan(TinyOnnx()
                                             .add(TinyOnnx::node("ZipMap", {"p"}, {"a"}, texts, "ai.onnx.ml"))
                                             .add(TinyOnnx::node("ZipMap", {"p"}, {"b"}, single, "ai.onnx.ml"))
                                             .add(TinyOnnx::node("ZipMap", {"p"}, {"c"}, packed, "ai.onnx.ml"))
                                             .file());
    ASSERT_TRUE(facts.ok());
    const std::map<std::string, std::vector<std::string>> expected = {
        {"a", {"no", "yes"}}, {"b", {"0", "1"}}, {"c", {"0", "300"}}};
    EXPECT_EQ(facts->classNames, expected);
}

TEST(OnnxScan, everyCutIsRefusedOrHarmless) {
    const std::string file = TinyOnnx::identity();
    std::size_t refused = 0;
    for (std::size_t length = 0; length < file.size(); ++length) {
        refused += scan(file.substr(0, length)).ok() ? 0 : 1;
    }
    EXPECT_GT(refused, file.size() - 10); // a cut between two fields of the whole leaves a shorter whole
}

TEST(OnnxScan, endlessNestingIsRefused) {
    std::string graph = TinyOnnx().graph();
    for (int i = 0; i < 200; ++i) {
        graph = TinyOnnx().add(TinyOnnx::node("If", {}, {"y"}, TinyOnnx::bytes(5, TinyOnnx::bytes(6, graph)))).graph();
    }
    EXPECT_FALSE(scan(TinyOnnx::bytes(7, graph)).ok());
}

TEST(OnnxScan, graphsNestedTooDeeplyAreNamed) {
    std::string graph = TinyOnnx().graph();
    for (int i = 0; i < 70; ++i) {
        const std::string body = TinyOnnx::bytes(5, TinyOnnx::bytes(1, "body") + TinyOnnx::bytes(6, graph));
        graph = TinyOnnx().add(TinyOnnx::node("Loop", {}, {"c"}, body)).graph();
    }
    const Result<OnnxFacts> facts = scan(TinyOnnx::bytes(7, graph));
    ASSERT_FALSE(facts.ok());
    EXPECT_NE(facts.error().message.find("nested more than 64 deep"), std::string::npos) << facts.error().message;
}

// Packed in the file they take a byte each, as texts thirty-two.
TEST(OnnxScan, moreClassesThanAnybodyHasAreRefused) {
    const std::string labels = TinyOnnx::bytes(5, TinyOnnx::bytes(1, "classlabels_int64s") +
                                                      TinyOnnx::bytes(8, std::string((1 << 20) + 1, '\1')));
    EXPECT_FALSE(scan(TinyOnnx().add(TinyOnnx::node("ZipMap", {"p"}, {"a"}, labels, "ai.onnx.ml")).file()).ok());
    const auto other = scan(TinyOnnx().add(TinyOnnx::node("Constant", {}, {"a"}, labels)).file());
    EXPECT_TRUE(other.ok()); // whatever else has so many numbers, such as the trees of a forest
}

TEST(RuntimeReasons, tellTheCauseAndNoPlaceInTheSource) {
    const std::vector<std::pair<std::string, std::string>> reasons = {
        {"Exception during initialization: /src/core/ml_common.h:68 MODE ml::Make(const std::string&) Unexpected value",
         "Exception during initialization: Unexpected value"},
        {"/src/a.cc:9 void ml::Trees<In, Out>::compute(int) const [with In = float; Out = float] x was false. No path",
         "x was false. No path"},
        {"see /src/a.cc for more", "see /src/a.cc for more"},
        {"/src/a.cc:9 unfinished(", "/src/a.cc:9 unfinished("},
        {"", ""},
    };
    for (const auto& [told, reason] : reasons) {
        EXPECT_EQ(reasonOf(std::runtime_error(told)), reason);
    }
}

} // namespace
} // namespace gnomon::engine
