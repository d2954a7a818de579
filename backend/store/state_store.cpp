// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/state_store.h"

#include "backend/base/mutex.h"
#include "backend/store/database.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace gnomon::store {

namespace {

constexpr const char* kSchema1 = R"sql(
CREATE TABLE generation (
    endpoint          TEXT    NOT NULL,
    number            INTEGER NOT NULL CHECK (number > 0),
    production        INTEGER NOT NULL,
    mode              TEXT    NOT NULL,
    kind              TEXT    NOT NULL,
    restores          INTEGER,
    intent            INTEGER,
    time_us           INTEGER NOT NULL,
    actor_person      TEXT    NOT NULL,
    actor_identity    TEXT    NOT NULL,
    actor_method      TEXT    NOT NULL,
    actor_certificate BLOB    NOT NULL,
    reason            TEXT    NOT NULL,
    PRIMARY KEY (endpoint, number)
) WITHOUT ROWID;
CREATE INDEX generation_by_intent ON generation (intent) WHERE intent IS NOT NULL;
CREATE TABLE shadow (
    endpoint       TEXT    NOT NULL,
    generation     INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    mirror_percent INTEGER NOT NULL,
    PRIMARY KEY (endpoint, generation, position),
    FOREIGN KEY (endpoint, generation) REFERENCES generation (endpoint, number)
) WITHOUT ROWID;
CREATE TABLE step (
    endpoint   TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (endpoint, generation, position),
    FOREIGN KEY (endpoint, generation) REFERENCES generation (endpoint, number)
) WITHOUT ROWID;
CREATE TABLE value (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER generation_stays   BEFORE UPDATE ON generation BEGIN SELECT raise(ABORT, 'generations never change'); END;
CREATE TRIGGER generation_is_kept BEFORE DELETE ON generation BEGIN SELECT raise(ABORT, 'generations are kept'); END;
CREATE TRIGGER shadow_stays       BEFORE UPDATE ON shadow     BEGIN SELECT raise(ABORT, 'generations never change'); END;
CREATE TRIGGER shadow_is_kept     BEFORE DELETE ON shadow     BEGIN SELECT raise(ABORT, 'generations are kept'); END;
CREATE TRIGGER step_stays         BEFORE UPDATE ON step       BEGIN SELECT raise(ABORT, 'generations never change'); END;
CREATE TRIGGER step_is_kept       BEFORE DELETE ON step       BEGIN SELECT raise(ABORT, 'generations are kept'); END;
)sql";

constexpr std::array kMigrations = {kSchema1};
constexpr Schema kSchema = {"state", 0x676e6d73, kMigrations}; // "gnms"

constexpr const char* kColumns = "SELECT endpoint, number, production, mode, kind, restores, intent, time_us, "
                                 "actor_person, actor_identity, actor_method, actor_certificate, reason "
                                 "FROM generation ";

constexpr std::array kModes = {Mode::Production, Mode::Fallback, Mode::Disabled};
constexpr std::array<std::pair<FallbackKind, std::string_view>, 3> kSteps = {{
    {FallbackKind::Version, "version"},
    {FallbackKind::Constant, "constant"},
    {FallbackKind::Refuse, "refuse"},
}};

Error corrupt(const Generation& generation, const std::string& what) {
    return {ErrorCode::Corrupt,
            "generation " + std::to_string(generation.number.value) + " of endpoint '" + generation.endpoint.value +
                "' is stored with " + what,
            "restore the state file from a backup"};
}

std::string stepName(FallbackKind kind) {
    return std::string(
        std::find_if(kSteps.begin(), kSteps.end(), [&](auto& step) { return step.first == kind; })->second);
}

// Thread-safe: one connection behind one mutex; state is read at start and written by changes only.
class SqliteStateStore final : public port::StateStore {
public:
    SqliteStateStore(std::filesystem::path file, std::unique_ptr<SQLite::Database> database)
        : m_file(std::move(file)), m_database(std::move(database)) {}

    Result<std::vector<Generation>> current() override {
        return read("read the current generations", [](SQLite::Database& database) {
            SQLite::Statement query(database, std::string(kColumns) +
                                                  "AS g WHERE number = (SELECT max(number) FROM generation "
                                                  "WHERE endpoint = g.endpoint) ORDER BY endpoint");
            return readAll(database, query);
        });
    }

    Result<std::vector<Generation>> generations(const EndpointName& endpoint) override {
        return read("read the generations of endpoint '" + endpoint.value + "'", [&](SQLite::Database& database) {
            SQLite::Statement query(database, std::string(kColumns) + "WHERE endpoint = ? ORDER BY number DESC");
            query.bind(1, endpoint.value);
            return readAll(database, query);
        });
    }

    Result<Generation> generation(const EndpointName& endpoint, GenerationNumber number) override {
        const std::string name = "generation " + std::to_string(number.value) + " of endpoint '" + endpoint.value + "'";
        return read("read " + name, [&](SQLite::Database& database) -> Result<Generation> {
            SQLite::Statement query(database, std::string(kColumns) + "WHERE endpoint = ? AND number = ?");
            query.bind(1, endpoint.value);
            query.bind(2, toColumn(number.value));
            GNOMON_ASSIGN(std::vector<Generation> found, readAll(database, query));
            if (found.empty()) {
                return Error{ErrorCode::NotFound, "there is no " + name};
            }
            return std::move(found.front());
        });
    }

    Status append(const Generation& generation) override {
        const std::string name = "generation " + std::to_string(generation.number.value) + " of endpoint '" +
                                 generation.endpoint.value + "'";
        return write("append " + name, [&](SQLite::Database& database) -> Status {
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            SQLite::Statement newest(database, "SELECT coalesce(max(number), 0) FROM generation WHERE endpoint = ?");
            newest.bind(1, generation.endpoint.value);
            newest.executeStep();
            const std::uint64_t last = fromColumn(newest.getColumn(0));
            if (generation.number.value != last + 1) {
                return Error{ErrorCode::FailedPrecondition,
                             "cannot append " + name + ": the newest is " + std::to_string(last),
                             "somebody changed the endpoint meanwhile: plan again"};
            }
            insert(database, generation);
            transaction.commit();
            return {};
        });
    }

    Result<std::optional<Generation>> madeBy(Seq intent) override {
        return read("find the generation of intent " + std::to_string(intent.value),
                    [&](SQLite::Database& database) -> Result<std::optional<Generation>> {
                        SQLite::Statement query(database, std::string(kColumns) + "WHERE intent = ? LIMIT 1");
                        query.bind(1, toColumn(intent.value));
                        GNOMON_ASSIGN(std::vector<Generation> found, readAll(database, query));
                        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
                    });
    }

    Result<std::string> value(const std::string& key) override {
        return read("read value '" + key + "'", [&](SQLite::Database& database) -> Result<std::string> {
            SQLite::Statement query(database, "SELECT value FROM value WHERE key = ?");
            query.bind(1, key);
            if (!query.executeStep()) {
                return Error{ErrorCode::NotFound, "there is no value '" + key + "' in the state"};
            }
            return query.getColumn(0).getString();
        });
    }

    Status setValue(const std::string& key, const std::string& value) override {
        return write("write value '" + key + "'", [&](SQLite::Database& database) -> Status {
            SQLite::Statement row(database, "INSERT INTO value (key, value) VALUES (?, ?) "
                                            "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
            row.bind(1, key);
            row.bind(2, value);
            row.exec();
            return {};
        });
    }

private:
    // body(database) returns a Result.
    template <class Body>
    std::invoke_result_t<Body, SQLite::Database&> read(const std::string& what, Body body) {
        const MutexLock lock(m_mutex);
        GNOMON_TRY(open());
        return guarded(what, [&, database = m_database.get()] { return body(*database); });
    }
    // body(database) returns a Status; FailedPrecondition: nothing was written.
    template <class Body>
    Status write(const std::string& what, Body body) {
        const MutexLock lock(m_mutex);
        GNOMON_TRY(open());
        Status written = guarded(what, [&, database = m_database.get()] { return body(*database); });
        if (!written && written.error().code != ErrorCode::FailedPrecondition) {
            m_database.reset();
        }
        return written;
    }

    // After a write that failed: its commit may be in the file all the same, where this connection would not see it but
    // the next start would. One that is opened anew sees what the next start sees.
    Status open() REQUIRES(m_mutex) {
        if (m_database) {
            return {};
        }
        GNOMON_ASSIGN(auto database, openDatabase(m_file, kSchema, Durability::Full));
        GNOMON_TRY(guarded("settle what was written last", [&]() -> Status {
            if (database->execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0) {
                return Error{ErrorCode::Unavailable, "another process reads '" + m_file.string() + "'",
                             "let it finish"};
            }
            return {};
        }));
        m_database = std::move(database);
        return {};
    }

    static void insert(SQLite::Database& database, const Generation& generation) {
        SQLite::Statement row(database, "INSERT INTO generation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        row.bind(1, generation.endpoint.value);
        row.bind(2, toColumn(generation.number.value));
        row.bind(3, generation.deployment.production.value);
        row.bind(4, std::string(modeName(generation.deployment.mode)));
        row.bind(5, std::string(changeKindName(generation.kind)));
        if (generation.restores) {
            row.bind(6, toColumn(generation.restores->value));
        }
        if (generation.intent) {
            row.bind(7, toColumn(generation.intent->value));
        }
        row.bind(8, toMicros(generation.time));
        row.bind(9, generation.actor.person);
        row.bind(10, generation.actor.identity);
        row.bind(11, generation.actor.authMethod);
        bindBlob(row, 12, generation.actor.certificate.bytes);
        row.bind(13, generation.reason);
        row.exec();
        insertShadows(database, generation);
        insertSteps(database, generation);
    }

    static void insertShadows(SQLite::Database& database, const Generation& generation) {
        SQLite::Statement row(database, "INSERT INTO shadow VALUES (?, ?, ?, ?, ?)");
        int position = 0;
        for (const ShadowSpec& shadow : generation.deployment.shadows) {
            row.reset();
            row.bind(1, generation.endpoint.value);
            row.bind(2, toColumn(generation.number.value));
            row.bind(3, position++);
            row.bind(4, shadow.version.value);
            row.bind(5, shadow.mirrorPercent);
            row.exec();
        }
    }

    static void insertSteps(SQLite::Database& database, const Generation& generation) {
        SQLite::Statement row(database, "INSERT INTO step VALUES (?, ?, ?, ?, ?)");
        int position = 0;
        for (const FallbackStep& step : generation.deployment.chain) {
            row.reset();
            row.bind(1, generation.endpoint.value);
            row.bind(2, toColumn(generation.number.value));
            row.bind(3, position++);
            row.bind(4, stepName(step.kind));
            row.bind(5, step.version.value);
            row.exec();
        }
    }

    static Result<std::vector<Generation>> readAll(SQLite::Database& database, SQLite::Statement& query) {
        std::vector<Generation> all;
        while (query.executeStep()) {
            GNOMON_ASSIGN(Generation generation, readRow(query));
            GNOMON_TRY(readShadows(database, generation));
            GNOMON_TRY(readSteps(database, generation));
            all.push_back(std::move(generation));
        }
        return all;
    }

    static Result<Generation> readRow(SQLite::Statement& query) {
        Generation generation;
        generation.endpoint = EndpointName(query.getColumn(0).getString());
        generation.number = GenerationNumber(fromColumn(query.getColumn(1)));
        generation.deployment.production = VersionNumber(query.getColumn(2).getUInt());
        const std::string mode = query.getColumn(3).getString();
        const auto known = std::find_if(kModes.begin(), kModes.end(), [&](Mode m) { return modeName(m) == mode; });
        if (known == kModes.end()) {
            return corrupt(generation, "the unknown mode '" + printable(mode, 40) + "'");
        }
        generation.deployment.mode = *known;
        const std::string kind = query.getColumn(4).getString();
        const Result<ChangeKind> parsed = parseChangeKind(kind);
        if (!parsed) {
            return corrupt(generation, "the unknown kind of change '" + printable(kind, 40) + "'");
        }
        generation.kind = *parsed;
        if (!query.getColumn(5).isNull()) {
            generation.restores = GenerationNumber(fromColumn(query.getColumn(5)));
        }
        if (!query.getColumn(6).isNull()) {
            generation.intent = Seq(fromColumn(query.getColumn(6)));
        }
        generation.time = fromMicros(query.getColumn(7).getInt64());
        generation.actor.person = query.getColumn(8).getString();
        generation.actor.identity = query.getColumn(9).getString();
        generation.actor.authMethod = query.getColumn(10).getString();
        const Bytes certificate = blobOf(query.getColumn(11));
        if (certificate.size() != generation.actor.certificate.bytes.size()) {
            return corrupt(generation, "a certificate digest of the wrong size");
        }
        std::copy(certificate.begin(), certificate.end(), generation.actor.certificate.bytes.begin());
        generation.reason = query.getColumn(12).getString();
        return generation;
    }

    static Status readShadows(SQLite::Database& database, Generation& generation) {
        SQLite::Statement query(database, "SELECT version, mirror_percent FROM shadow "
                                          "WHERE endpoint = ? AND generation = ? ORDER BY position");
        query.bind(1, generation.endpoint.value);
        query.bind(2, toColumn(generation.number.value));
        while (query.executeStep()) {
            generation.deployment.shadows.push_back(
                {VersionNumber(query.getColumn(0).getUInt()), query.getColumn(1).getInt()});
        }
        return {};
    }

    static Status readSteps(SQLite::Database& database, Generation& generation) {
        SQLite::Statement query(database, "SELECT kind, version FROM step "
                                          "WHERE endpoint = ? AND generation = ? ORDER BY position");
        query.bind(1, generation.endpoint.value);
        query.bind(2, toColumn(generation.number.value));
        while (query.executeStep()) {
            const std::string kind = query.getColumn(0).getString();
            const auto known =
                std::find_if(kSteps.begin(), kSteps.end(), [&](auto& step) { return step.second == kind; });
            if (known == kSteps.end()) {
                return corrupt(generation, "the unknown step '" + printable(kind, 40) + "'");
            }
            generation.deployment.chain.push_back({known->first, VersionNumber(query.getColumn(1).getUInt())});
        }
        return {};
    }

    const std::filesystem::path m_file;
    Mutex m_mutex;
    std::unique_ptr<SQLite::Database> m_database GUARDED_BY(m_mutex); // null after a write that failed
};

} // namespace

Result<std::unique_ptr<port::StateStore>> openStateStore(const std::filesystem::path& file) {
    GNOMON_ASSIGN(auto database, openDatabase(file, kSchema, Durability::Full));
    return std::unique_ptr<port::StateStore>(std::make_unique<SqliteStateStore>(file, std::move(database)));
}

} // namespace gnomon::store
