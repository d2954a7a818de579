// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"
#include "backend/audit/reserve_file.h"

namespace gnomon::audit {

// What the node does on its own to keep callers safe, and tells afterwards: it happens whether or not it can be
// recorded, so it may go into the reserve. Everything else is refused while the log cannot be written.
bool mayUseReserve(const AuditRecord& record);

// A record that follows the gap record, as the node made it.
struct ReservedRecord {
    AuditRecord record;
    std::optional<AuditPayload> payload;
};

// What of the reserve the log lacks: the record of the gap, then the others in order. Both empty: nothing.
struct ReserveRest {
    std::optional<ReservedRecord> gap;
    std::vector<ReservedRecord> records;
    std::size_t merged = 0; // entries, once these are in the log
};

// How many entries of this filling stand in the log behind a gap record, so that merging again after a crash adds
// nothing (FORMAT.md section 8). size: of the log.
Result<std::size_t> countMerged(const ReserveFile& reserve, EvidenceReader& log, std::uint64_t size);

// What the log lacks of the entries from `merged` on, at most so many records. Corrupt when one cannot be decoded.
Result<ReserveRest> unmerged(const ReserveFile& reserve, EvidenceReader& log, std::uint64_t size, std::size_t merged,
                             std::size_t most);

} // namespace gnomon::audit
