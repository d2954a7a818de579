// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/sanitized.h"
#include "tests/support/callers.h"
#include "tests/support/failing_models.h"
#include "tests/support/model_folder.h"
#include "tests/support/node_process.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

class SubstitutionTest : public ::testing::Test {
protected:
    void addEndpoint(const std::string& name, const std::string& model, const std::string& toml) {
        writeText(m_models.path() / name / "1" / "model.onnx", model);
        writeText(m_models.path() / name / "endpoint.toml", toml);
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

    void SetUp() override { addEndpoint("healthy", TinyOnnx::identity(), failingToml()); }

    ModelFolder m_models;
};

class AtDeadline : public SubstitutionTest, public ::testing::WithParamInterface<int> {};

TEST_P(AtDeadline, versionThatReturnsNan) {
    addEndpoint("nan", nanModel(), failingToml());
    everyCallIsAnswered("nan at " + std::to_string(GetParam()) + " ms",
                        [] { return callOf("nan", std::chrono::milliseconds(GetParam())); });
}

TEST_P(AtDeadline, versionThatErrors) {
    addEndpoint("failing", failingModel(), failingToml());
    everyCallIsAnswered("error at " + std::to_string(GetParam()) + " ms",
                        [] { return callOf("failing", std::chrono::milliseconds(GetParam())); });
}

TEST_P(AtDeadline, versionThatNeverReturns) {
    addEndpoint("looping", loopingModel(), kLoopingToml);
    everyCallIsAnswered("loop_forever at " + std::to_string(GetParam()) + " ms",
                        [] { return loopingCall(std::chrono::milliseconds(GetParam())); });
}

// With a sanitizer the reply alone can take longer than the 100 ms that are kept back for it: there the endpoint's
// budget of 2 s ends the wait, and as much again is left.
constexpr int kPace = kSanitized ? 40 : 1;
INSTANTIATE_TEST_SUITE_P(Deadlines, AtDeadline, ::testing::Values(100 * kPace, 500 * kPace));

} // namespace
} // namespace gnomon::test
