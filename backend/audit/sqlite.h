// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <string_view>

namespace gnomon::audit {

// The one place where SQLite's exceptions end: runs `call`, which returns a Result, and turns what it throws into an
// error that says what was being done. Corrupt when the file is damaged, Unavailable otherwise.
Error sqliteError(std::string_view doing, const SQLite::Exception& exception);

template <class Call>
auto guarded(std::string_view doing, Call&& call) -> decltype(call()) {
    try {
        return call();
    } catch (const SQLite::Exception& exception) {
        return sqliteError(doing, exception);
    }
}

enum class Access { Read, Write };

// Opens a database with the settings that all of ours share: defensive, no schema tricks, WAL. Write creates it,
// readable by its owner only. Throws SQLite::Exception.
std::unique_ptr<SQLite::Database> openDatabase(const std::filesystem::path& file, Access access);

// A column's blob or text; valid until the statement moves on.
ByteView blobOf(const SQLite::Column& column);
// Binds without copying: the bytes must live until the statement was executed.
void bindBytes(SQLite::Statement& statement, int index, ByteView bytes);
void bindText(SQLite::Statement& statement, int index, std::string_view text);
// Executes a statement that gives no rows and makes it ready for the next use.
void run(SQLite::Statement& statement);

} // namespace gnomon::audit
