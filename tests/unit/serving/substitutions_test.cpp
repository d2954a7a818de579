// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/substitutions.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_audit.h"

#include <gtest/gtest.h>

namespace gnomon::serving {
namespace {

using namespace std::chrono_literals;

// The timers sleep by the real clock and never fire here; the test plays their part.
class SubstitutionsTest : public testing::Test {
protected:
    void note(const std::string& reason, const std::string& servedBy = "constant") {
        substitutions->note(EndpointName("spam"), GenerationNumber(3), servedBy, reason);
    }
    void passes(std::chrono::seconds time) {
        clock.advance(time);
        substitutions->timeIsUp(0);
    }

    test::ManualClock clock;
    test::RecordingAudit audit;
    Timers timers{clock};
    std::shared_ptr<Substitutions> substitutions = std::make_shared<Substitutions>(audit, clock, timers, 60s);
};

TEST_F(SubstitutionsTest, theFirstRecordComesWithinASecondAndCounts) {
    for (int i = 0; i < 100; ++i) {
        note("v1 was late");
    }
    EXPECT_TRUE(audit.records().empty()) << "never on the request path";
    passes(1s);
    const auto records = audit.records();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].record.kind, RecordKind::Substitution);
    EXPECT_EQ(records[0].record.actor, machineActor("substitution"));
    EXPECT_EQ(records[0].record.object, "endpoint/spam");
    EXPECT_EQ(records[0].record.result, "ok");
    EXPECT_EQ(test::factOf(records[0], "count"), "100");
    EXPECT_EQ(test::factOf(records[0], "generation"), "3");
    EXPECT_EQ(test::factOf(records[0], "by constant"), "100");
}

TEST_F(SubstitutionsTest, atMostOneRecordAMinute) {
    for (int second = 0; second < 600; ++second) {
        note("v1 was late");
        passes(1s);
    }
    EXPECT_GE(audit.records().size(), 10u);
    EXPECT_LE(audit.records().size(), 11u);
}

TEST_F(SubstitutionsTest, theLastRunIsWrittenAtTheEnd) {
    note("v1 was late");
    passes(1s);
    note("v1 failed");
    note("v1 failed", "refuse");
    substitutions->flush();
    const auto records = audit.records();
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[1].record.result, "failed") << "one caller got an error";
    EXPECT_EQ(test::factOf(records[1], "count"), "2");
    substitutions->flush();
    EXPECT_EQ(audit.records().size(), 2u);
}

TEST_F(SubstitutionsTest, whatTheLogDidNotTakeIsCountedLater) {
    audit.setFailing(true);
    note("v1 was late");
    passes(1s);
    audit.setFailing(false);
    note("v1 was late");
    passes(61s);
    ASSERT_EQ(audit.records().size(), 1u);
    EXPECT_EQ(test::factOf(audit.records()[0], "count"), "2");
}

TEST_F(SubstitutionsTest, eachEndpointHasItsOwnRecord) {
    note("v1 was late");
    substitutions->note(EndpointName("credit"), GenerationNumber(1), "fallback", "v1 failed");
    passes(1s);
    EXPECT_EQ(audit.records().size(), 2u);
}

} // namespace
} // namespace gnomon::serving
