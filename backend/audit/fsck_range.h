// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/recovery.h"

#include <string>

namespace gnomon::audit {

// A record that opens or closes an intent.
struct IntentStep {
    Seq seq;
    RecordKind kind = RecordKind::Intent;
    std::optional<Seq> ref; // of an outcome
};

struct OpenedCheckpoint {
    std::uint64_t size = 0; // under which it is stored
    Result<Checkpoint> checkpoint;
};

// What the full check can say of some records without those before them.
struct CheckedRange {
    SeqRange range;
    std::vector<Digest> leaves; // of the good records, in order
    std::vector<IntentStep> steps;
    std::vector<OpenedCheckpoint> checkpoints; // whose last record is one of these
    std::uint64_t payloads = 0;
    std::uint64_t erasedPayloads = 0;
    std::string finding; // after the leaves; empty when all is well
    std::optional<Seq> firstBad;
};

// Reads the records of a range that begins with a full tile, recomputes their hashes and commitments, and verifies the
// signatures between them. head: of the log; what it holds of the last records.
CheckedRange checkRange(EvidenceReader& reader, SeqRange range, const StoredHead& head, const LogIdentity& identity);

} // namespace gnomon::audit
