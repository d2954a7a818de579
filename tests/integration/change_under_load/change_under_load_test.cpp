// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// What replies may say, given what was proven to be in force when their request was sent.
class GenerationWatch {
public:
    void proven(std::uint64_t generation) {
        const std::lock_guard lock(m_mutex);
        m_proven.emplace_back(std::chrono::steady_clock::now(), generation);
    }
    void check(const client::InferReply& reply, SteadyTime sent) {
        const std::lock_guard lock(m_mutex);
        const std::uint64_t generation = std::stoull(reply.generation);
        for (const auto& [since, number] : m_proven) {
            if (since < sent && generation < number) {
                ++m_tooOld;
            }
        }
        const bool named = !reply.servedBy.empty() && (!reply.version.empty() || reply.servedBy == "constant");
        m_unnamed += named ? 0 : 1;
    }
    std::uint64_t tooOld() const { return m_tooOld; }
    std::uint64_t unnamed() const { return m_unnamed; }

private:
    std::mutex m_mutex;
    std::vector<std::pair<SteadyTime, std::uint64_t>> m_proven;
    std::uint64_t m_tooOld = 0;
    std::uint64_t m_unnamed = 0;
};

std::uint64_t proveChange(port::NodeGateway& gateway, ChangeKind kind, const std::string& endpoint,
                          std::optional<std::uint64_t> toGeneration = {}) {
    ChangeRequest request = changeRequest(kind, endpoint);
    if (toGeneration) {
        request.toGeneration = GenerationNumber(*toGeneration);
    }
    const Result<EffectProof> proof = change(gateway, request);
    EXPECT_TRUE(proof.ok()) << changeKindName(kind) << ": " << (proof.ok() ? "" : proof.error().message);
    EXPECT_TRUE(!proof.ok() || proof->complete);
    return proof.ok() ? proof->generation.value : 0;
}

TEST(ChangeUnderLoad, noCallFailsAndNoReplyIsOlderThanTheProof) {
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    const auto gateway = node.operatorGateway();
    const auto client = node.caller(4);
    const DemoRows rows("spam-filter");
    GenerationWatch watch;
    Callers callers(
        *client, 4, UINT64_MAX / 8,
        [&](std::uint64_t n) {
            client::InferCall call;
            call.model = "spam-filter";
            call.inputs = rows.inputs(static_cast<std::size_t>(n));
            call.deadline = std::chrono::seconds(5);
            return call;
        },
        [&](const client::InferReply& reply, SteadyTime sent) { watch.check(reply, sent); });

    for (int round = 0; round < 20; ++round) {
        const std::uint64_t fallback = proveChange(*gateway, ChangeKind::Fallback, "spam-filter");
        watch.proven(fallback);
        watch.proven(proveChange(*gateway, ChangeKind::Restore, "spam-filter"));
        watch.proven(proveChange(*gateway, ChangeKind::Rollback, "spam-filter", fallback));
        watch.proven(proveChange(*gateway, ChangeKind::Restore, "spam-filter"));
        proveChange(*gateway, round % 2 == 0 ? ChangeKind::Disable : ChangeKind::Enable, "credit-approval");
    }
    callers.stop();
    std::printf("rounds=20 calls=%llu too_old=%llu unnamed=%llu failures=[%s]\n",
                static_cast<unsigned long long>(callers.calls()), static_cast<unsigned long long>(watch.tooOld()),
                static_cast<unsigned long long>(watch.unnamed()), callers.failures().c_str());
    EXPECT_EQ(callers.failures(), "");
    EXPECT_GT(callers.calls(), 100U);
    EXPECT_EQ(watch.tooOld(), 0U);
    EXPECT_EQ(watch.unnamed(), 0U);
}

} // namespace
} // namespace gnomon::test
