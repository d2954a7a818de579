// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gnomon::store {

namespace {

constexpr int kBusyMilliseconds = 5000;

// SQLite would create the file readable by everybody; its WAL and shared-memory files take over the mode of this one.
Status ensurePrivateFile(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        return Error{ErrorCode::Unavailable, "cannot open '" + file.string() + "': " + std::strerror(errno),
                     "check that the folder exists, is writable and has room"};
    }
    ::close(descriptor);
    return {};
}

Status checkKind(SQLite::Database& database, const std::filesystem::path& file, const Schema& schema) {
    const std::int32_t application = database.execAndGet("PRAGMA application_id").getInt();
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    if (application != schema.applicationId && (application != 0 || version != 0 || tables != 0)) {
        return Error{ErrorCode::FailedPrecondition,
                     "'" + file.string() + "' is not a " + schema.what + " file of gnomon",
                     "give another path, or move the file away"};
    }
    if (version < 0 || static_cast<std::size_t>(version) > schema.migrations.size()) {
        return Error{ErrorCode::FailedPrecondition,
                     "'" + file.string() + "' has " + schema.what + " schema " + std::to_string(version) +
                         ", this program knows up to " + std::to_string(schema.migrations.size()),
                     "it was written by a newer gnomon: run that one, or restore a backup"};
    }
    return {};
}

void migrate(SQLite::Database& database, const Schema& schema) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Read again under the write lock: another process may have migrated in between.
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    for (std::size_t i = static_cast<std::size_t>(version); i < schema.migrations.size(); ++i) {
        database.exec(schema.migrations[i]);
    }
    database.exec("PRAGMA application_id = " + std::to_string(schema.applicationId));
    database.exec("PRAGMA user_version = " + std::to_string(schema.migrations.size()));
    transaction.commit();
}

} // namespace

Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::filesystem::path& file, const Schema& schema,
                                                       Durability durability) {
    GNOMON_TRY(ensurePrivateFile(file));
    return guarded("open '" + file.string() + "'", [&]() -> Result<std::unique_ptr<SQLite::Database>> {
        auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds);
        GNOMON_TRY(checkKind(*database, file, schema));
        database->exec("PRAGMA journal_mode = WAL");
        database->exec(durability == Durability::Full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
        database->exec("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
        if (database->execAndGet("PRAGMA user_version").getInt() != static_cast<int>(schema.migrations.size())) {
            migrate(*database, schema);
        }
        return database;
    });
}

Error databaseError(const SQLite::Exception& exception, const std::string& what) {
    const std::string message = "cannot " + what + ": " + exception.what();
    switch (exception.getErrorCode() & 0xff) { // without SQLite's extended part
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {ErrorCode::Corrupt, message, "restore the file from a backup"};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return {ErrorCode::Unavailable, message, "check that the disk has room and the folder is writable"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {ErrorCode::Unavailable, message, "another process holds the file: let it finish"};
    case SQLITE_CONSTRAINT:
        return {ErrorCode::FailedPrecondition, message};
    default:
        return {ErrorCode::Internal, message};
    }
}

std::int64_t toMicros(WallTime time) {
    return time.time_since_epoch().count();
}

WallTime fromMicros(std::int64_t micros) {
    return WallTime(std::chrono::microseconds(micros));
}

std::int64_t toColumn(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::uint64_t fromColumn(const SQLite::Column& column) {
    return static_cast<std::uint64_t>(column.getInt64());
}

Bytes blobOf(const SQLite::Column& column) {
    const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
    return data == nullptr ? Bytes{} : Bytes(data, data + column.getBytes());
}

void bindBlob(SQLite::Statement& statement, int index, ByteView bytes) {
    // A null pointer would bind NULL, which is not the same as no bytes.
    statement.bind(index, bytes.empty() ? static_cast<const void*>("") : bytes.data(), static_cast<int>(bytes.size()));
}

} // namespace gnomon::store
