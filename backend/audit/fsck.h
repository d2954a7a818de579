// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/recovery.h"

#include <functional>

namespace gnomon::audit {

// What the full check found.
struct FsckReport {
    std::uint64_t records = 0; // that were read and are good
    std::uint64_t checkpoints = 0;
    std::uint64_t signedRecords = 0; // that a checkpoint covers; what follows is no evidence yet
    std::uint64_t payloads = 0;
    std::uint64_t erasedPayloads = 0;
    std::uint64_t openIntents = 0;
    Digest root;
    std::optional<Seq> firstBad; // where one record can be named
    std::string finding;         // empty when all is well

    bool ok() const { return finding.empty(); }
};

// The full check of FORMAT.md section 5: reads every record and recomputes everything else. Changes nothing; may run
// beside a writer, and then checks the log as it was when it began. progress (may be empty) is told how far it is and
// stops the check (Cancelled) when it returns false. Errors only when the file cannot be opened at all.
Result<FsckReport> checkWholeLog(const std::filesystem::path& file, const LogIdentity& identity,
                                 const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress = {});

} // namespace gnomon::audit
