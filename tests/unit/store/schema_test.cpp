// SPDX-License-Identifier: GPL-3.0-or-later
// What every file of the store refuses, and how it is created.
#include "backend/store/console_store.h"
#include "backend/store/exchange_store.h"
#include "backend/store/state_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_folder.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

namespace gnomon::store {
namespace {

struct Kind {
    const char* name;
    std::function<Status(const std::filesystem::path&)> open;
};

template <class T>
Status statusOf(const Result<T>& result) {
    return result ? Status() : Status(result.error());
}

class SchemaOf : public ::testing::TestWithParam<Kind> {
protected:
    Status open() { return GetParam().open(file); }
    ErrorCode refusal() {
        const Status status = open();
        EXPECT_FALSE(status);
        message = status ? "" : status.error().message;
        return status ? ErrorCode::Internal : status.error().code;
    }

    test::TempFolder folder;
    std::filesystem::path file = folder / "store.db";
    std::string message;
};

TEST_P(SchemaOf, isCreatedForItsOwnerOnlyAndOpensAgain) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(open());
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(file).permissions() & perms::all, perms::owner_read | perms::owner_write);
}

TEST_P(SchemaOf, aNewerSchemaIsRefusedAndLeftAlone) {
    ASSERT_TRUE(open());
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999");
    EXPECT_EQ(refusal(), ErrorCode::FailedPrecondition);
    EXPECT_NE(message.find("schema 999"), std::string::npos) << message;
    EXPECT_EQ(SQLite::Database(file.string()).execAndGet("PRAGMA user_version").getInt(), 999);
}

TEST_P(SchemaOf, anotherKindOfFileIsRefused) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
    EXPECT_EQ(refusal(), ErrorCode::FailedPrecondition);
    EXPECT_NE(message.find(file.string()), std::string::npos) << message;
}

TEST_P(SchemaOf, aFileThatIsNoDatabaseIsCorrupt) {
    std::ofstream(file) << std::string(5000, 'x');
    EXPECT_EQ(refusal(), ErrorCode::Corrupt);
}

TEST_P(SchemaOf, aMissingFolderIsUnavailable) {
    file = folder / "missing" / "store.db";
    EXPECT_EQ(refusal(), ErrorCode::Unavailable);
}

const test::ManualClock kClock;

INSTANTIATE_TEST_SUITE_P(
    Stores, SchemaOf,
    ::testing::Values(Kind{"state", [](const auto& file) { return statusOf(openStateStore(file)); }},
                      Kind{"console", [](const auto& file) { return statusOf(openConsoleStore(file)); }},
                      Kind{"exchanges",
                           [](const auto& file) {
                               ExchangeStoreOptions options;
                               options.file = file;
                               return statusOf(SqliteExchangeStore::open(options, kClock));
                           }}),
    [](const auto& kind) { return std::string(kind.param.name); });

TEST(Schema, aStateFileIsNoConsoleFile) {
    test::TempFolder folder;
    ASSERT_TRUE(openStateStore(folder / "a.db"));
    EXPECT_EQ(openConsoleStore(folder / "a.db").error().code, ErrorCode::FailedPrecondition);
}

} // namespace
} // namespace gnomon::store
