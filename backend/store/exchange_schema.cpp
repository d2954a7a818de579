// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/store/exchange_schema.h"

#include <array>

namespace gnomon::store {

namespace {

// SQLite uses one index per query, so each list has its own: newest first, most disagreeing first, and one cell of the
// transition matrix.
constexpr const char* kSchema1 = R"sql(
CREATE TABLE endpoint (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE exchange (
    seq                 INTEGER PRIMARY KEY,
    id                  TEXT    NOT NULL UNIQUE,
    endpoint            INTEGER NOT NULL REFERENCES endpoint (id),
    time_us             INTEGER NOT NULL,
    request_id          TEXT    NOT NULL,
    production_decision TEXT,
    shadow_decision     TEXT,
    production_score    REAL,
    shadow_score        REAL,
    differs             INTEGER NOT NULL,
    gap                 REAL    NOT NULL,
    body                BLOB    NOT NULL
);
CREATE INDEX exchange_by_time    ON exchange (endpoint, time_us, seq);
CREATE INDEX exchange_by_gap     ON exchange (endpoint, differs, gap, seq);
CREATE INDEX exchange_by_cell    ON exchange (endpoint, production_decision, shadow_decision, differs, gap, seq)
    WHERE shadow_decision IS NOT NULL;
CREATE INDEX exchange_by_request ON exchange (endpoint, request_id, seq) WHERE request_id <> '';
CREATE TABLE payload (
    seq  INTEGER PRIMARY KEY REFERENCES exchange (seq) ON DELETE CASCADE,
    body BLOB NOT NULL
);
CREATE TABLE blob (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);
)sql";

// The W3C trace that a request was part of: "00-<trace id>-<span id>-<flags>".
constexpr const char* kSchema2 = R"sql(
ALTER TABLE exchange ADD COLUMN trace TEXT;
)sql";

// Whether somebody may ask about it, which evicts it after all that nobody will; and the order in which retention
// walks. Of rows that are there already only the columns tell.
constexpr const char* kSchema3 = R"sql(
ALTER TABLE exchange ADD COLUMN notable INTEGER NOT NULL DEFAULT 0;
UPDATE exchange SET notable = 1
    WHERE differs = 1 AND (production_decision IS NOT NULL OR shadow_decision IS NOT NULL);
CREATE INDEX exchange_by_worth ON exchange (endpoint, notable, differs, gap, seq);
)sql";

constexpr std::array kMigrations = {kSchema1, kSchema2, kSchema3};

} // namespace

const Schema kExchangeSchema = {"exchanges", 0x676e6d78, kMigrations}; // "gnmx"

} // namespace gnomon::store
