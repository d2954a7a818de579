// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/callers.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"
#include "tests/support/tiny_onnx.h"

#include <gtest/gtest.h>

#include <cstring>

namespace gnomon::test {
namespace {

// Each endpoint has one version that fails in its own way and a constant behind it. Made without golden cases, so that
// the failing ones pass their trial and really serve.
std::string endpointToml(const std::string& output) {
    return "[initial]\nproduction = 1\nchain = [\"constant\"]\n"
           "[budget]\nmilliseconds = 2000\n"
           "[[constant]]\nname = \"" +
           output + "\"\ndatatype = \"FP32\"\nshape = [1, 2]\ndata = [0.25, 0.75]\n";
}

// y = 0 * x / 0: NaN for every row.
std::string nanModel() {
    const std::string zero = TinyOnnx::number(1, 1) + TinyOnnx::number(2, 1) +
                             TinyOnnx::bytes(4, std::string(4, '\0')) + TinyOnnx::bytes(8, "zero");
    return TinyOnnx()
        .add(TinyOnnx::node("Mul", {"x", "zero"}, {"a"}))
        .add(TinyOnnx::node("Div", {"a", "zero"}, {"y"}))
        .initializer(zero)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .file();
}

// Reshapes to a shape that two numbers per row never have: fails when it runs, not when it loads.
std::string failingModel() {
    std::int64_t five = 5;
    std::string bytes(sizeof five, '\0');
    std::memcpy(bytes.data(), &five, sizeof five);
    const std::string shape =
        TinyOnnx::number(1, 1) + TinyOnnx::number(2, 7) + TinyOnnx::bytes(4, bytes) + TinyOnnx::bytes(8, "shape");
    return TinyOnnx()
        .add(TinyOnnx::node("Reshape", {"x", "shape"}, {"flat"}))
        .add(TinyOnnx::node("Mul", {"x", "x"}, {"y"}))
        .add(TinyOnnx::node("Identity", {"flat"}, {"z"}))
        .initializer(shape)
        .input(TinyOnnx::value("x", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("y", TinyOnnx::Float, {-1, 2}))
        .output(TinyOnnx::value("z", TinyOnnx::Float, {-1}))
        .file();
}

class SubstitutionTest : public ::testing::Test {
protected:
    void addEndpoint(const std::string& name, const std::string& model, const std::string& toml) {
        writeText(m_models.path() / name / "1" / "model.onnx", model);
        writeText(m_models.path() / name / "endpoint.toml", toml);
    }

    static client::InferCall callOf(const std::string& model, std::chrono::milliseconds deadline) {
        client::InferCall call;
        call.model = model;
        const float values[] = {1.0F, 2.0F};
        Tensor tensor{"x", DataType::Fp32, {1, 2}, Bytes(sizeof values)};
        std::memcpy(tensor.data.data(), values, sizeof values);
        call.inputs = makeTensorSet({std::move(tensor)});
        call.deadline = deadline;
        return call;
    }

    // 8 callers of 1,000 calls each at the failing endpoint, one at a healthy one beside it.
    void everyCallIsAnswered(const std::string& name, const std::function<client::InferCall()>& failing) {
        NodeProcess node({m_models.path(), "", 0, false});
        ASSERT_TRUE(node.start());
        const auto client = node.caller(4);
        // Connecting is not what is tested: every connection is there before deadlines count.
        for (int i = 0; i < 16; ++i) {
            ASSERT_TRUE(client->infer(callOf("healthy", std::chrono::seconds(5))).ok());
        }
        std::atomic<std::uint64_t> unsaid{0};
        std::atomic<std::uint64_t> wrongHealthy{0};
        Callers healthy(
            *client, 1, UINT64_MAX / 2, [](std::uint64_t) { return callOf("healthy", std::chrono::milliseconds(500)); },
            [&](const client::InferReply& reply, auto) { wrongHealthy += reply.servedBy.empty() ? 1 : 0; });
        Callers callers(
            *client, 8, 1000, [&](std::uint64_t) { return failing(); },
            [&](const client::InferReply& reply, auto) {
                const bool says = reply.servedBy == "constant" && !reply.reason.empty();
                unsaid += says ? 0 : 1;
            });
        callers.join();
        healthy.stop();
        std::printf("%s: calls=%llu failures=[%s] unsaid=%llu healthy_calls=%llu healthy_failures=[%s]\n", name.c_str(),
                    static_cast<unsigned long long>(callers.calls()), callers.failures().c_str(),
                    static_cast<unsigned long long>(unsaid.load()), static_cast<unsigned long long>(healthy.calls()),
                    healthy.failures().c_str());
        EXPECT_EQ(callers.calls(), 8000U);
        EXPECT_EQ(callers.failures(), "") << node.log();
        EXPECT_EQ(unsaid.load(), 0U);
        EXPECT_EQ(healthy.failures(), "") << node.log();
        EXPECT_EQ(wrongHealthy.load(), 0U);
        EXPECT_GT(healthy.calls(), 0U);
    }

    void SetUp() override { addEndpoint("healthy", TinyOnnx::identity(), endpointToml("y")); }

    ModelFolder m_models;
};

class AtDeadline : public SubstitutionTest, public ::testing::WithParamInterface<int> {};

TEST_P(AtDeadline, versionThatReturnsNan) {
    addEndpoint("nan", nanModel(), endpointToml("y"));
    everyCallIsAnswered("nan at " + std::to_string(GetParam()) + " ms",
                        [] { return callOf("nan", std::chrono::milliseconds(GetParam())); });
}

TEST_P(AtDeadline, versionThatErrors) {
    addEndpoint("failing", failingModel(), endpointToml("y"));
    everyCallIsAnswered("error at " + std::to_string(GetParam()) + " ms",
                        [] { return callOf("failing", std::chrono::milliseconds(GetParam())); });
}

TEST_P(AtDeadline, versionThatNeverReturns) {
    const char* data = std::getenv("GNOMON_TEST_DATA");
    if (data == nullptr) {
        GTEST_SKIP() << "GNOMON_TEST_DATA is not set: loop_forever.onnx is not here";
    }
    const auto model = readFile(std::filesystem::path(data) / "bad/derived/loop_forever.onnx");
    ASSERT_TRUE(model.ok());
    addEndpoint("looping", *model,
                "[initial]\nproduction = 1\nchain = [\"constant\"]\n[budget]\nmilliseconds = 2000\n"
                "[[constant]]\nname = \"Y\"\ndatatype = \"FP32\"\nshape = [1]\ndata = [0.5]\n");
    everyCallIsAnswered("loop_forever at " + std::to_string(GetParam()) + " ms", [] {
        client::InferCall call = callOf("looping", std::chrono::milliseconds(GetParam()));
        call.inputs = makeTensorSet({Tensor{"X", DataType::Fp32, {1}, Bytes(sizeof(float))}});
        return call;
    });
}

INSTANTIATE_TEST_SUITE_P(Deadlines, AtDeadline, ::testing::Values(100, 500));

} // namespace
} // namespace gnomon::test
