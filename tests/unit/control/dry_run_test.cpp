// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/change_bench.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gnomon::control {
namespace {

using test::ChangeBench;

class DryRunTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(bench.changes().recover().ok()); }
    void record(int requests) {
        for (int i = 0; i < requests; ++i) {
            ASSERT_TRUE(bench.ask().ok());
        }
        bench.observed();
    }
    DryRun dryRun(const ChangeRequest& request) {
        auto preview = bench.changes().plan(request, bench.ada);
        EXPECT_TRUE(preview.ok()) << preview.error().message;
        return preview.ok() ? preview->dryRun : DryRun{};
    }
    DryRun promote() { return dryRun(bench.request(ChangeKind::Promote, 2)); }

    ChangeBench bench;
};

TEST_F(DryRunTest, tellsHowRecordedRequestsWouldHaveBeenAnswered) {
    record(20);
    bench.factory.worker(2).score(0.9F);
    const DryRun dryRun = promote();
    EXPECT_FALSE(dryRun.skipped) << dryRun.skippedBecause;
    EXPECT_EQ(dryRun.replayed, 20u);
    EXPECT_EQ(dryRun.failed, 0u);
    EXPECT_EQ(dryRun.decisionsChanged, 20u);
    EXPECT_EQ(dryRun.flips, (std::vector<std::pair<std::string, std::uint32_t>>{{"ham -> spam", 20}}));
    EXPECT_NEAR(dryRun.meanScoreDifference, 0.8, 1e-6);
    EXPECT_FALSE(dryRun.cutShort);
}

TEST_F(DryRunTest, countsWhatTheVersionCannotAnswer) {
    record(5);
    bench.factory.worker(2).score(NAN);
    EXPECT_EQ(promote().failed, 5u);
    bench.factory.worker(2).fail({ErrorCode::Internal, "broken"});
    EXPECT_EQ(promote().failed, 5u);
}

TEST_F(DryRunTest, aConstantNeedsNoModel) {
    record(3);
    const DryRun dryRun = this->dryRun(bench.request(ChangeKind::Fallback));
    EXPECT_EQ(dryRun.replayed, 3u);
    EXPECT_EQ(dryRun.decisionsChanged, 0u);
    EXPECT_NEAR(dryRun.meanScoreDifference, -0.1, 1e-6);
}

TEST_F(DryRunTest, isSkippedWithTheReason) {
    EXPECT_EQ(promote().skippedBecause, "no recorded requests");
    record(1);
    ChangeRequest emergency = bench.request(ChangeKind::Promote, 2);
    emergency.skipDryRun = true;
    EXPECT_EQ(dryRun(emergency).skippedBecause, "asked for");
    EXPECT_EQ(dryRun(bench.request(ChangeKind::ShadowStop)).skippedBecause, "what callers get does not change");
    EXPECT_EQ(dryRun(bench.request(ChangeKind::Disable)).skippedBecause, "every call would be refused");
}

TEST_F(DryRunTest, isCutShortWhenItsTimeIsUp) {
    record(20);
    bench.options.dryRunTime = std::chrono::milliseconds(30);
    bench.newService();
    bench.factory.worker(2).hold();
    const DryRun dryRun = promote();
    EXPECT_TRUE(dryRun.cutShort);
    EXPECT_EQ(dryRun.replayed, 0u);
    bench.factory.worker(2).release();
}

TEST_F(DryRunTest, takesAtMostSoManyRows) {
    record(20);
    bench.options.dryRunRows = 7;
    bench.newService();
    EXPECT_EQ(promote().replayed, 7u);
}

} // namespace
} // namespace gnomon::control
