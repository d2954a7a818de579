// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/alarm_log.h"

#include <gtest/gtest.h>

namespace gnomon::node {
namespace {

TEST(AlarmLog, tellsOfEachAlarmOnceAndWhenItHasGone) {
    AlarmLog log;
    const auto told = [&](const std::vector<std::string>& now) {
        testing::internal::CaptureStderr();
        log.look(now);
        return testing::internal::GetCapturedStderr();
    };
    EXPECT_EQ(told({}), "");
    EXPECT_NE(told({"the audit trail is in trouble: 1 waiting"}).find("node_alarm alarm=\"the audit trail"),
              std::string::npos);
    EXPECT_EQ(told({"the audit trail is in trouble: 2 waiting"}), "") << "the same one in other numbers";
    const std::string second = told({"the audit trail is in trouble: 3 waiting", "the disk is full"});
    EXPECT_NE(second.find("the disk is full"), std::string::npos);
    EXPECT_EQ(second.find("audit"), std::string::npos);
    EXPECT_NE(told({"the disk is full"}).find("node_alarm_gone alarm=\"the audit trail"), std::string::npos);
    EXPECT_NE(told({}).find("node_alarm_gone"), std::string::npos);
    EXPECT_NE(told({"the disk is full"}).find("node_alarm "), std::string::npos) << "it is back";
}

} // namespace
} // namespace gnomon::node
