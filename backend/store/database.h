// SPDX-License-Identifier: GPL-3.0-or-later
// How every SQLite file of this folder is opened, guarded and reported. Private to backend/store.
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/clock.h"
#include "backend/base/result.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace gnomon::store {

enum class Durability {
    Full,   // a commit is on the disk when it returns
    Normal, // a power cut may take the last commits, never the file's consistency
};

// One kind of file. migrations[i] takes a file from schema version i to i + 1, so their number is the newest version.
// applicationId keeps one kind of file from being opened as another.
struct Schema {
    const char* what; // "state", for messages
    std::int32_t applicationId;
    std::span<const char* const> migrations;
};

// Opens or creates the file (owner only) in WAL mode and brings its schema up to date.
// FailedPrecondition: written by a newer Gnomon, or not this kind of file. Corrupt: not a sound database.
// Unavailable: the file cannot be opened or written.
Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::filesystem::path& file, const Schema& schema,
                                                       Durability durability);

// What a failed call means to the caller; `what` names the operation ("append generation 7 of 'spam'").
Error databaseError(const SQLite::Exception& exception, const std::string& what);

// Runs body() and turns what SQLite throws into an Error. body returns a Result or Status.
template <class Body>
auto guarded(const std::string& what, Body body) -> decltype(body()) {
    try {
        return body();
    } catch (const SQLite::Exception& exception) {
        return databaseError(exception, what);
    }
}

std::int64_t toMicros(WallTime time);
WallTime fromMicros(std::int64_t micros);
// A column of unsigned 64-bit numbers; SQLite knows signed ones only, and ours stay below 2^63.
std::int64_t toColumn(std::uint64_t value);
std::uint64_t fromColumn(const SQLite::Column& column);
Bytes blobOf(const SQLite::Column& column);
void bindBlob(SQLite::Statement& statement, int index, ByteView bytes);

} // namespace gnomon::store
