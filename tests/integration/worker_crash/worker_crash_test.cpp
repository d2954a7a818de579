// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/await.h"
#include "tests/support/callers.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"
#include "tests/support/worker_of.h"

#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

Coverage coverageOf(port::NodeGateway& gateway) {
    const auto comparison =
        await<Comparison>([&](auto done) { gateway.getComparison(EndpointName("spam-filter"), {}, std::move(done)); });
    return comparison ? comparison->coverage : Coverage{};
}

// True when the shadow compares again before the time is over.
bool comparesAgain(port::NodeGateway& gateway, std::uint64_t matched, std::chrono::steady_clock::time_point until) {
    do {
        if (coverageOf(gateway).matched > matched) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    } while (std::chrono::steady_clock::now() < until);
    return false;
}

TEST(WorkerCrash, costsPairsAndNoReply) {
    NodeProcess node({demoModels(), "", 0, false});
    ASSERT_TRUE(node.start());
    const auto gateway = node.operatorGateway();
    const auto client = node.caller(2);
    const DemoRows rows("spam-filter");
    Callers callers(*client, 2, UINT64_MAX / 4, [&](std::uint64_t n) {
        client::InferCall call;
        call.model = "spam-filter";
        call.inputs = rows.inputs(static_cast<std::size_t>(n));
        call.deadline = std::chrono::seconds(5);
        return call;
    });
    // Versions that nothing needs yet have their trial in workers of their own just after the start; the shadow's is
    // the one that stays once pairs are compared.
    ASSERT_TRUE(comparesAgain(*gateway, 0, std::chrono::steady_clock::now() + std::chrono::seconds(20)));
    pid_t worker = awaitWorker(node.pid(), "spam-filter v2", 0);
    ASSERT_NE(worker, 0) << node.log();
    int backInTime = 0;
    double slowest = 0;
    for (int i = 0; i < 50; ++i) {
        const Coverage before = coverageOf(*gateway);
        const auto killed = std::chrono::steady_clock::now();
        ASSERT_EQ(::kill(worker, SIGSEGV), 0);
        const pid_t next = awaitWorker(node.pid(), "spam-filter v2", worker);
        ASSERT_NE(next, 0) << "no new worker after crash " << i;
        worker = next;
        ASSERT_TRUE(comparesAgain(*gateway, before.matched, killed + std::chrono::seconds(10)));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - killed).count();
        slowest = std::max(slowest, took);
        backInTime += took <= 1.0 ? 1 : 0;
    }
    callers.stop();
    const Coverage coverage = coverageOf(*gateway);
    std::printf("crashes=50 calls=%llu failures=[%s] lost_pairs=%llu matched=%llu back_within_1s=%d slowest_s=%.3f\n",
                static_cast<unsigned long long>(callers.calls()), callers.failures().c_str(),
                static_cast<unsigned long long>(coverage.lost), static_cast<unsigned long long>(coverage.matched),
                backInTime, slowest);
    EXPECT_EQ(callers.failures(), "");
    EXPECT_GT(coverage.lost, 0U);
    EXPECT_EQ(coverage.mirrored, coverage.matched + coverage.dropped + coverage.failed + coverage.late + coverage.lost +
                                     coverage.productionFailed);
}

} // namespace
} // namespace gnomon::test
