// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/schema.h"

namespace gnomon::audit {

namespace {

constexpr int kApplicationId = 0x474E4F41; // "GNOA"
constexpr int kVersion = 1;

// FORMAT.md section 2.
constexpr const char* kTables = R"(
CREATE TABLE rec(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL CHECK(length(bytes) BETWEEN 1 AND 65535)) STRICT;
CREATE TABLE tile(level INTEGER NOT NULL, idx INTEGER NOT NULL, data BLOB NOT NULL CHECK(length(data) = 8192),
                  PRIMARY KEY(level, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE head(id INTEGER PRIMARY KEY CHECK(id = 0), size INTEGER NOT NULL, partial BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TABLE cosig(size INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY(size, line)) STRICT;
CREATE TABLE payload(seq INTEGER PRIMARY KEY, salt BLOB NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE open_intent(seq INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER rec_no_update BEFORE UPDATE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER rec_no_delete BEFORE DELETE ON rec BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
INSERT INTO head VALUES(0, 0, x'');
)";

int pragma(SQLite::Database& database, const char* name) {
    return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

void create(SQLite::Database& database) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (pragma(database, "application_id") == 0) { // nobody made it while we waited for the lock
        database.exec("PRAGMA application_id=" + std::to_string(kApplicationId));
        database.exec("PRAGMA user_version=" + std::to_string(kVersion));
        database.exec(kTables);
    }
    transaction.commit();
}

bool isEmpty(SQLite::Database& database) {
    return database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

} // namespace

Result<std::unique_ptr<SQLite::Database>> openEvidence(const std::filesystem::path& file, Access access) {
    return guarded("open " + file.string(), [&]() -> Result<std::unique_ptr<SQLite::Database>> {
        auto database = openDatabase(file, access);
        if (access == Access::Write) {
            database->exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
            if (isEmpty(*database)) {
                create(*database);
            }
        }
        if (pragma(*database, "application_id") != kApplicationId || pragma(*database, "user_version") != kVersion) {
            return Error{ErrorCode::FailedPrecondition,
                         file.string() + " is not an audit log of a version that this program knows",
                         "give another folder, or use the program that wrote it"};
        }
        return database;
    });
}

} // namespace gnomon::audit
