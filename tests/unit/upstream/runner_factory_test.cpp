// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/runner_factory.h"
#include "tests/support/await_run.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace gnomon::upstream {
namespace {

using test::floats;

class RunnerFactoryTest : public testing::Test {
protected:
    void SetUp() override {
        char folder[] = "/tmp/gnomon-factory-XXXXXX";
        m_folder = mkdtemp(folder);
        m_model = m_folder / "model.onnx";
        std::ofstream(m_model, std::ios::binary) << test::TinyOnnx::identity();
        m_options.workerExecutable = TEST_WORKER;
        m_options.socketFolder = m_folder / "sockets";
        m_options.workerStartTimeout = std::chrono::minutes(1);
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    Result<std::shared_ptr<port::ModelRunner>> create(port::Place place) {
        return makeRunnerFactory(m_options)->create(EndpointName("tiny"), VersionNumber(1), m_model, place);
    }

    std::filesystem::path m_folder;
    std::filesystem::path m_model;
    RunnerFactoryOptions m_options;
};

TEST_F(RunnerFactoryTest, bothPlacesGiveTheSameAnswer) {
    for (const port::Place place : {port::Place::InProcess, port::Place::Worker}) {
        const auto runner = create(place);
        ASSERT_TRUE(runner.ok()) << runner.error().message;
        EXPECT_EQ((*runner)->workerProcess() > 0, place == port::Place::Worker);
        const auto result = test::start(**runner, {floats("x", {1, 2}, {1, 2})}).wait();
        ASSERT_TRUE(result.ok()) << result.error().message;
        EXPECT_EQ(copyTensors(result->outputs).at(0), floats("y", {1, 2}, {1, 2}));
    }
}

TEST_F(RunnerFactoryTest, socketFolderIsPrivate) {
    ASSERT_TRUE(create(port::Place::Worker).ok());
    struct stat info {};
    ASSERT_EQ(stat(m_options.socketFolder.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(RunnerFactoryTest, missingEngineIsUnavailableInBothPlaces) {
    m_options.onnxLibrary = "/nonexistent/libonnxruntime.so.1";
    for (const port::Place place : {port::Place::InProcess, port::Place::Worker}) {
        const auto runner = create(place);
        ASSERT_FALSE(runner.ok());
        EXPECT_EQ(runner.error().code, ErrorCode::Unavailable) << runner.error().message;
    }
}

TEST_F(RunnerFactoryTest, messagesNameEndpointAndVersion) {
    std::ofstream(m_model, std::ios::binary) << "rubbish";
    for (const port::Place place : {port::Place::InProcess, port::Place::Worker}) {
        const auto runner = create(place);
        ASSERT_FALSE(runner.ok());
        EXPECT_EQ(runner.error().code, ErrorCode::Corrupt);
        EXPECT_NE(runner.error().message.find("tiny v1"), std::string::npos) << runner.error().message;
    }
}

} // namespace
} // namespace gnomon::upstream
