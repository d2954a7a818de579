// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/sqlite.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace gnomon::audit {

namespace {

constexpr int kBusyMs = 5000;

} // namespace

Error sqliteError(std::string_view doing, const SQLite::Exception& exception) {
    const int code = exception.getErrorCode() & 0xff;
    const bool corrupt = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    std::string message = "cannot " + std::string(doing) + ": " + exception.what();
    return {corrupt ? ErrorCode::Corrupt : ErrorCode::Unavailable, std::move(message),
            code == SQLITE_FULL ? "free space on the disk that holds the audit log" : ""};
}

std::unique_ptr<SQLite::Database> openDatabase(const std::filesystem::path& file, Access access) {
    if (access == Access::Write) {
        const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (made >= 0) {
            ::close(made);
        }
    }
    // Readers open for writing too: a WAL database needs its shared memory; query_only keeps them from changing it.
    auto database =
        std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOFOLLOW, kBusyMs);
    sqlite3_db_config(database->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_extended_result_codes(database->getHandle(), 1);
    database->exec("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY");
    if (access == Access::Read) {
        database->exec("PRAGMA query_only=ON");
    }
    return database;
}

ByteView blobOf(const SQLite::Column& column) {
    const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
    return {data, data == nullptr ? 0 : static_cast<std::size_t>(column.getBytes())};
}

void bindBytes(SQLite::Statement& statement, int index, ByteView bytes) {
    // A null pointer would bind NULL and not an empty blob.
    statement.bindNoCopy(index, bytes.data() == nullptr ? static_cast<const void*>("") : bytes.data(),
                         static_cast<int>(bytes.size()));
}

void bindText(SQLite::Statement& statement, int index, std::string_view text) {
    statement.bind(index, std::string(text));
}

void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
    statement.clearBindings();
}

} // namespace gnomon::audit
