// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/domain/ids.h"
#include "backend/domain/identity.h"
#include "backend/domain/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gnomon {

enum class RecordKind {
    Intent,
    Outcome,
    Effect,
    Deny,
    View,
    Auth,
    Config,
    Checkpoint,
    Gap,
    Key,
    Substitution,
    Lifecycle
};
std::string_view recordKindName(RecordKind kind); // "intent", ...
Result<RecordKind> parseRecordKind(std::string_view name);
std::vector<std::string> recordKindNames(); // all of them

// One line of the audit trail, by a human or by the machine. The numbers are the keys of the canonical encoding.
struct AuditRecord {
    std::uint32_t version = 1;            //  0
    Seq seq;                              //  1 set by the log
    Digest log;                           //  2 SHA-256 of the log's origin; set by the log
    WallTime time;                        //  3 as the clock said; set by the log when zero
    std::string bootId;                   //  4 with monoNs; set by the log
    std::uint64_t monoNs = 0;             //  4
    RecordKind kind = RecordKind::Intent; // 5
    Actor actor;                          //  6
    std::string sourceAddress;            //  7 with sourceClient
    std::string sourceClient;             //  7
    std::string action;                   //  8 verb ("fallback") or full method name, with permission
    std::string permission;               //  8
    std::string object;                   //  9 "endpoint/spam-filter", with old and new digest
    Digest before;                        //  9 of the deployment before; zero when none
    Digest after;                         //  9
    Digest change;                        // 10 plan digest; zero when none
    std::vector<Digest> approvals;        // 10
    std::string requestId;                // 11
    std::optional<Seq> ref;               // 12 the intent that this belongs to
    std::string result;                   // 13 "allowed", "denied", "ok", "failed"; with code and reason
    std::string code;                     // 13
    std::string reason;                   // 13
    Digest payload;                       // 14 SHA-256(salt || payload); zero when none; set by the log
    Digest policy;                        // 15 digest of the policy in force
    std::string build;                    // 16 build id

    bool operator==(const AuditRecord&) const = default;
};

// What a record says in detail; stored beside it, erasable, committed to by key 14.
struct AuditPayload {
    std::vector<FieldChange> changes;
    std::vector<std::pair<std::string, std::string>> facts; // "generation" -> "7"

    bool operator==(const AuditPayload&) const = default;
};

// A record as read back: the exact stored bytes are what was hashed.
struct StoredRecord {
    Bytes bytes;
    AuditRecord record;                  // decoded from bytes
    std::optional<AuditPayload> payload; // absent when there is none or it was erased
    std::optional<Bytes> payloadSalt;
    std::optional<Bytes> payloadBytes;

    bool operator==(const StoredRecord&) const = default;
};

// All set filters must match. Text filters are exact, but reason, which matches words.
struct AuditFilter {
    std::optional<std::string> person;
    std::optional<std::string> action;
    std::optional<std::string> object;
    std::optional<RecordKind> kind;
    std::optional<std::string> result;
    std::optional<std::string> words;
    std::optional<WallTime> from;
    std::optional<WallTime> until;
    bool humansOnly = false;
    bool withoutViews = false;  // leaves out who read what; says nothing when kind is View
    std::size_t pageSize = 200; // 1..1000
    std::optional<Seq> before;  // page token: newest first, seq < before
};

struct AuditPage {
    std::vector<StoredRecord> records; // newest first
    std::optional<Seq> next;           // pass as `before` for the next page; absent: no more
    std::uint64_t logSize = 0;
    std::uint64_t matching = 0; // how many match in all; a lower bound when atLeast
    bool atLeast = false;
};

// A signed statement: the log had this size and this root. note is the C2SP signed note, exactly as signed.
struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Digest root;
    std::string note;

    bool operator==(const Checkpoint&) const = default;
};

struct InclusionProof {
    Seq seq;
    std::uint64_t size = 0; // of the tree that it is for
    std::vector<Digest> hashes;

    bool operator==(const InclusionProof&) const = default;
};

struct ConsistencyProof {
    std::uint64_t oldSize = 0;
    std::uint64_t newSize = 0;
    std::vector<Digest> hashes;

    bool operator==(const ConsistencyProof&) const = default;
};

// A record with everything that is needed to check it: the inclusion proof is for the checkpoint's size.
struct ProvenRecord {
    StoredRecord record;
    InclusionProof proof;
    Checkpoint checkpoint;
};

} // namespace gnomon
