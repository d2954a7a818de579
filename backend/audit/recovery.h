// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/proof/verifier_key.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace gnomon::audit {

// Records that may stand behind the newest stored checkpoint: a crash leaves no more (FORMAT.md section 4).
inline constexpr std::uint64_t kMostUnsigned = 1024;

// Which log it must be.
struct LogIdentity {
    std::string origin;
    proof::VerifierKey key;
};

// The log as it was found, its tail verified.
struct RecoveredLog {
    merkle::TileTree tree;
    std::set<Seq> openIntents;
    std::optional<Checkpoint> checkpoint; // the newest that is stored
};

// Reads head, tail and newest checkpoint and checks them against each other (FORMAT.md section 5). Corrupt names the
// first bad record; FailedPrecondition when it is another log.
Result<RecoveredLog> recoverLog(EvidenceReader& reader, const LogIdentity& identity);

// What is wrong with a log of this size whose newest stored checkpoint covers so many records; absent: nothing. The
// hashes of a log can be made by anybody, its signatures cannot.
std::optional<std::string> tooManyUnsigned(std::uint64_t signedUpTo, std::uint64_t size);

// Reads full tiles through the reader, which must outlive it.
merkle::TileReader tileReader(EvidenceReader& reader);

} // namespace gnomon::audit
