// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/console_store.h"

#include "backend/store/database.h"

#include <algorithm>
#include <array>

namespace gnomon::store {

namespace {

using port::ConnectionProfile;
using port::EnvironmentClass;
using port::PinnedCheckpoint;

constexpr const char* kSchema1 = R"sql(
CREATE TABLE profile (
    id               TEXT    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    address          TEXT    NOT NULL,
    environment      TEXT    NOT NULL,
    ca_file          TEXT    NOT NULL,
    certificate_file TEXT    NOT NULL,
    key_file         TEXT    NOT NULL,
    server_name      TEXT    NOT NULL,
    plaintext        INTEGER NOT NULL,
    read_only        INTEGER NOT NULL,
    connect_at_start INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE pinned (
    origin       TEXT    NOT NULL PRIMARY KEY,
    verifier_key TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    root         BLOB    NOT NULL,
    note         TEXT    NOT NULL,
    seen_us      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER pinned_never_shrinks BEFORE UPDATE ON pinned WHEN new.size < old.size
    BEGIN SELECT raise(ABORT, 'a pinned checkpoint never shrinks'); END;
CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
)sql";

constexpr std::array kMigrations = {kSchema1};
constexpr Schema kSchema = {"console", 0x676e6d63, kMigrations}; // "gnmc"

constexpr std::array<std::pair<EnvironmentClass, const char*>, 3> kEnvironments = {{
    {EnvironmentClass::Production, "production"},
    {EnvironmentClass::Test, "test"},
    {EnvironmentClass::Practice, "practice"},
}};

// GUI thread only, as the port says.
class SqliteConsoleStore final : public port::ConsoleStore {
public:
    explicit SqliteConsoleStore(std::unique_ptr<SQLite::Database> database) : m_database(std::move(database)) {}

    Result<std::vector<ConnectionProfile>> profiles() override {
        return guarded("read the connection profiles", [&]() -> Result<std::vector<ConnectionProfile>> {
            SQLite::Statement query(*m_database,
                                    "SELECT id, name, address, environment, ca_file, certificate_file, key_file, "
                                    "server_name, plaintext, read_only, connect_at_start FROM profile "
                                    "ORDER BY name COLLATE NOCASE, id");
            std::vector<ConnectionProfile> all;
            while (query.executeStep()) {
                const std::string environment = query.getColumn(3).getString();
                const auto known = std::find_if(kEnvironments.begin(), kEnvironments.end(),
                                                [&](const auto& item) { return item.second == environment; });
                if (known == kEnvironments.end()) {
                    return Error{ErrorCode::Corrupt, "profile '" + query.getColumn(1).getString() +
                                                         "' is stored with the unknown environment '" +
                                                         printable(environment, 40) + "'"};
                }
                all.push_back({query.getColumn(0), query.getColumn(1), query.getColumn(2), known->first,
                               query.getColumn(4), query.getColumn(5), query.getColumn(6), query.getColumn(7),
                               query.getColumn(8).getInt() != 0, query.getColumn(9).getInt() != 0,
                               query.getColumn(10).getInt() != 0});
            }
            return all;
        });
    }

    Status saveProfile(const ConnectionProfile& profile) override {
        if (profile.id.empty()) {
            return Error{ErrorCode::InvalidArgument, "a connection profile needs an id", "", "id"};
        }
        return guarded("save profile '" + profile.name + "'", [&]() -> Status {
            SQLite::Statement row(*m_database, "REPLACE INTO profile VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            const auto environment = std::find_if(kEnvironments.begin(), kEnvironments.end(),
                                                  [&](const auto& item) { return item.first == profile.environment; });
            row.bind(1, profile.id);
            row.bind(2, profile.name);
            row.bind(3, profile.address);
            row.bind(4, environment->second);
            row.bind(5, profile.caFile);
            row.bind(6, profile.certificateFile);
            row.bind(7, profile.keyFile);
            row.bind(8, profile.serverName);
            row.bind(9, profile.plaintext ? 1 : 0);
            row.bind(10, profile.readOnly ? 1 : 0);
            row.bind(11, profile.connectAtStart ? 1 : 0);
            row.exec();
            return {};
        });
    }

    Status removeProfile(const std::string& id) override {
        return guarded("remove profile " + id, [&]() -> Status {
            SQLite::Statement row(*m_database, "DELETE FROM profile WHERE id = ?");
            row.bind(1, id);
            if (row.exec() == 0) {
                return Error{ErrorCode::NotFound, "there is no connection profile " + printable(id, 64)};
            }
            return {};
        });
    }

    Result<std::optional<PinnedCheckpoint>> pinned(const std::string& origin) override {
        const std::string name = "the pinned checkpoint of '" + printable(origin) + "'";
        return guarded("read " + name, [&]() -> Result<std::optional<PinnedCheckpoint>> {
            SQLite::Statement query(*m_database,
                                    "SELECT verifier_key, size, root, note, seen_us FROM pinned WHERE origin = ?");
            query.bind(1, origin);
            if (!query.executeStep()) {
                return std::optional<PinnedCheckpoint>();
            }
            PinnedCheckpoint pin{origin, query.getColumn(0), {}, fromMicros(query.getColumn(4).getInt64())};
            const Bytes root = blobOf(query.getColumn(2));
            if (root.size() != pin.checkpoint.root.bytes.size()) {
                return Error{ErrorCode::Corrupt, name + " is stored with a root of the wrong size"};
            }
            pin.checkpoint.origin = origin;
            pin.checkpoint.size = fromColumn(query.getColumn(1));
            std::copy(root.begin(), root.end(), pin.checkpoint.root.bytes.begin());
            pin.checkpoint.note = query.getColumn(3).getString();
            return std::optional(std::move(pin));
        });
    }

    Status pin(const PinnedCheckpoint& checkpoint) override {
        GNOMON_ASSIGN(const std::optional<PinnedCheckpoint> before, pinned(checkpoint.origin));
        if (before && checkpoint.checkpoint.size < before->checkpoint.size) {
            return Error{ErrorCode::FailedPrecondition,
                         "the log '" + printable(checkpoint.origin) + "' had " +
                             std::to_string(before->checkpoint.size) + " records and now shows " +
                             std::to_string(checkpoint.checkpoint.size),
                         "a log never shrinks: find out who changed it before trusting this node"};
        }
        return guarded("pin a checkpoint of '" + printable(checkpoint.origin) + "'", [&]() -> Status {
            SQLite::Statement row(*m_database,
                                  "INSERT INTO pinned VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET "
                                  "verifier_key = excluded.verifier_key, size = excluded.size, root = excluded.root, "
                                  "note = excluded.note, seen_us = excluded.seen_us");
            row.bind(1, checkpoint.origin);
            row.bind(2, checkpoint.verifierKey);
            row.bind(3, toColumn(checkpoint.checkpoint.size));
            bindBlob(row, 4, checkpoint.checkpoint.root.bytes);
            row.bind(5, checkpoint.checkpoint.note);
            row.bind(6, toMicros(checkpoint.seen));
            row.exec();
            return {};
        });
    }

    Result<std::string> setting(const std::string& key) override {
        return guarded("read setting '" + key + "'", [&]() -> Result<std::string> {
            SQLite::Statement query(*m_database, "SELECT value FROM setting WHERE key = ?");
            query.bind(1, key);
            return query.executeStep() ? query.getColumn(0).getString() : std::string();
        });
    }

    Status setSetting(const std::string& key, const std::string& value) override {
        return guarded("write setting '" + key + "'", [&]() -> Status {
            SQLite::Statement row(*m_database, "REPLACE INTO setting VALUES (?, ?)");
            row.bind(1, key);
            row.bind(2, value);
            row.exec();
            return {};
        });
    }

private:
    std::unique_ptr<SQLite::Database> m_database; // constant after construction
};

} // namespace

Result<std::unique_ptr<port::ConsoleStore>> openConsoleStore(const std::filesystem::path& file) {
    GNOMON_ASSIGN(auto database, openDatabase(file, kSchema, Durability::Full));
    return std::unique_ptr<port::ConsoleStore>(std::make_unique<SqliteConsoleStore>(std::move(database)));
}

} // namespace gnomon::store
