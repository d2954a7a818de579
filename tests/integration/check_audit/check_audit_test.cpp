// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/node_process.h"
#include "tests/support/run_program.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace gnomon::test {
namespace {

ProgramEnd check(const NodeProcess& node) {
    return runProgram("gnomond --check-audit --config " + node.configFile().string());
}

TEST(CheckAudit, aTrailIsGoodUntilOneOfItsRecordsIsAltered) {
    NodeProcess node({demoModels(), "", 0, false});
    EXPECT_EQ(check(node).code, 4) << "no trail yet";
    EXPECT_FALSE(std::filesystem::exists(node.state())) << "checking makes nothing";
    ASSERT_TRUE(node.start());
    ProgramEnd end = check(node);
    EXPECT_EQ(end.code, 0) << "beside the running node: " << end.text;
    EXPECT_NE(end.text.find("the audit trail is good"), std::string::npos) << end.text;
    EXPECT_EQ(node.stop(), 0) << node.log();
    EXPECT_EQ(check(node).code, 0);

    {
        SQLite::Database database((node.state() / "audit.db").string(), SQLite::OPEN_READWRITE);
        database.exec("DROP TRIGGER rec_no_update; UPDATE rec SET bytes = CAST(bytes || x'00' AS BLOB) WHERE seq = 1");
    }
    end = check(node);
    EXPECT_EQ(end.code, 6);
    EXPECT_NE(end.text.find("the audit trail is not good"), std::string::npos) << end.text;
    EXPECT_NE(end.text.find("record 1 "), std::string::npos) << end.text;
}

} // namespace
} // namespace gnomon::test
