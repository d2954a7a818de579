// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/view_recorder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/recording_audit.h"

#include <gtest/gtest.h>

namespace gnomon {
namespace {

using namespace std::chrono_literals;

Principal person(const std::string& name) {
    Principal who;
    who.actor = {name, "spiffe://example/console/" + name + "/laptop", "mtls", {}};
    return who;
}

class ViewRecorderTest : public ::testing::Test {
protected:
    Status look(const std::string& who) {
        return m_recorder.record(person(who), Permission::ReadAudit, "audit.search", "audit");
    }
    std::string furtherReads() const {
        const auto last = m_audit.records().back();
        return last.payload ? last.payload->facts.at(0).second : "(no payload)";
    }

    test::ManualClock m_clock;
    test::RecordingAudit m_audit;
    node::ViewRecorder m_recorder{m_audit, m_clock};
};

TEST_F(ViewRecorderTest, firstReadIsRecordedAtOnceAndPagingIsCounted) {
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(look("ada").ok());
    }
    EXPECT_EQ(m_audit.records().size(), 1u);
    EXPECT_EQ(m_audit.records()[0].record.kind, RecordKind::View);
    m_clock.advance(59s);
    m_recorder.recordCounted(false);
    EXPECT_EQ(m_audit.records().size(), 1u);
    m_clock.advance(1s);
    m_recorder.recordCounted(false);
    ASSERT_EQ(m_audit.records().size(), 2u);
    EXPECT_EQ(furtherReads(), "9");
}

TEST_F(ViewRecorderTest, minuteWithOneReadNeedsNoSecondRecord) {
    ASSERT_TRUE(look("ada").ok());
    m_clock.advance(1min);
    m_recorder.recordCounted(false);
    EXPECT_EQ(m_audit.records().size(), 1u);
    ASSERT_TRUE(look("ada").ok());
    EXPECT_EQ(m_audit.records().size(), 2u) << "a new minute begins with a record of its own";
}

TEST_F(ViewRecorderTest, peopleAreKeptApart) {
    ASSERT_TRUE(look("ada").ok());
    ASSERT_TRUE(look("eve").ok());
    EXPECT_EQ(m_audit.records().size(), 2u);
}

TEST_F(ViewRecorderTest, atTheEndEveryCountIsRecorded) {
    ASSERT_TRUE(look("ada").ok());
    ASSERT_TRUE(look("ada").ok());
    m_recorder.recordCounted(true);
    EXPECT_EQ(furtherReads(), "1");
}

TEST_F(ViewRecorderTest, trailThatCannotBeWrittenIsNotRead) {
    m_audit.setFailing(true);
    EXPECT_EQ(look("ada").error().code, ErrorCode::Unavailable);
    m_audit.setFailing(false);
    EXPECT_TRUE(look("ada").ok());
    EXPECT_EQ(m_audit.records().size(), 1u);
}

} // namespace
} // namespace gnomon
