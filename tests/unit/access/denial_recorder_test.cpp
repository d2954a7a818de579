// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/denial_recorder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_audit.h"

#include <gtest/gtest.h>

namespace gnomon::access {
namespace {

using test::factOf;

Denial denialOf(const std::string& spiffeId, const std::string& reason, const std::string& address = "10.0.0.1:5000") {
    return {{spiffeId, "mtls", {}, address, "test"}, "", "ExecutePlan", "operate.safe", "endpoint/spam",
            {ErrorCode::PermissionDenied, reason}};
}

class DenialRecorderTest : public testing::Test {
protected:
    test::RecordingAudit audit;
    test::ManualClock clock;
};

TEST_F(DenialRecorderTest, equalDenialsOfASecondAreOneRecordWithACount) {
    DenialRecorder recorder(audit, clock);
    for (int i = 0; i < 1000; ++i) {
        recorder.record(denialOf("spiffe://x/caller/a/b", "lacks operate.safe"));
    }
    recorder.record(denialOf("spiffe://x/caller/a/b", "another reason"));
    recorder.record(denialOf("spiffe://x/caller/c/d", "lacks operate.safe"));
    recorder.flush(true);
    const auto records = audit.records();
    ASSERT_EQ(records.size(), 3u);
    EXPECT_EQ(records[0].record.kind, RecordKind::Deny);
    EXPECT_EQ(records[0].record.code, "PERMISSION_DENIED");
    EXPECT_EQ(records[0].record.permission, "operate.safe");
    EXPECT_EQ(factOf(records[0], "count"), "1");
    EXPECT_EQ(factOf(records[1], "count"), "1000");
    EXPECT_EQ(factOf(records[2], "count"), "1");
}

TEST_F(DenialRecorderTest, aSecondIsWrittenOnlyWhenItIsOver) {
    DenialRecorder recorder(audit, clock);
    recorder.record(denialOf("spiffe://x/caller/a/b", "no"));
    recorder.flush(false);
    EXPECT_TRUE(audit.records().empty());
    clock.advance(std::chrono::seconds(1));
    recorder.record(denialOf("spiffe://x/caller/a/b", "no"));
    recorder.flush(false);
    EXPECT_EQ(audit.records().size(), 1u);
}

TEST_F(DenialRecorderTest, aStrangerIsOneIdentityWhateverHisPort) {
    DenialRecorder recorder(audit, clock);
    recorder.record(denialOf("", "no identity", "10.0.0.1:5000"));
    recorder.record(denialOf("", "no identity", "10.0.0.1:5001"));
    recorder.record(denialOf("", "no identity", "10.0.0.2:5001"));
    recorder.flush(true);
    EXPECT_EQ(audit.records().size(), 2u);
}

TEST_F(DenialRecorderTest, whatDoesNotFitIsCountedTogether) {
    DenialRecorder recorder(audit, clock, {10});
    for (int i = 0; i < 100; ++i) {
        recorder.record(denialOf("spiffe://x/caller/a/" + std::to_string(i), "no"));
    }
    recorder.flush(true);
    const auto records = audit.records();
    ASSERT_EQ(records.size(), 11u);
    EXPECT_EQ(factOf(records[10], "count"), "90");
}

// A peer names what it asks for as it likes: that must not fill the trail, nor hide what others try.
TEST_F(DenialRecorderTest, oneIdentityHasFewRecordsWhateverItAsksFor) {
    DenialRecorder recorder(audit, clock);
    const std::string longName(1 << 20, 'x');
    for (int i = 0; i < 2000; ++i) {
        Denial denial = denialOf("spiffe://x/caller/a/b", "no");
        denial.object = "endpoint/" + std::to_string(i) + longName;
        recorder.record(denial);
    }
    recorder.record(denialOf("spiffe://x/caller/c/d", "no"));
    recorder.flush(true);
    const auto records = audit.records();
    ASSERT_EQ(records.size(), 10u);
    int counted = 0;
    for (const auto& one : records) {
        EXPECT_LT(one.record.object.size(), 1000u);
        counted += std::stoi(factOf(one, "count"));
    }
    EXPECT_EQ(counted, 2001);
    EXPECT_EQ(factOf(records[0], "count"), "1992");
    EXPECT_EQ(records[0].record.actor.identity, "spiffe://x/caller/a/b");
    EXPECT_EQ(records[9].record.actor.identity, "spiffe://x/caller/c/d");
}

TEST_F(DenialRecorderTest, whatTheLogDidNotTakeIsCountedLater) {
    DenialRecorder recorder(audit, clock);
    audit.setFailing(true);
    recorder.record(denialOf("spiffe://x/caller/a/b", "no"));
    recorder.record(denialOf("spiffe://x/caller/a/b", "no"));
    recorder.flush(true);
    audit.setFailing(false);
    recorder.flush(true);
    ASSERT_EQ(audit.records().size(), 1u);
    EXPECT_EQ(factOf(audit.records()[0], "count"), "2");
}

TEST_F(DenialRecorderTest, theLastOnesAreWrittenAtTheEnd) {
    { DenialRecorder(audit, clock).record(denialOf("spiffe://x/caller/a/b", "no")); }
    EXPECT_EQ(audit.records().size(), 1u);
}

TEST_F(DenialRecorderTest, whatThePeerSentCannotForgeALine) {
    DenialRecorder recorder(audit, clock);
    recorder.record(denialOf("spiffe://x/\n2026", "no"));
    recorder.flush(true);
    EXPECT_EQ(audit.records()[0].record.actor.identity.find('\n'), std::string::npos);
}

} // namespace
} // namespace gnomon::access
