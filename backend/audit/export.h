// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/evidence_reader.h"

#include <functional>

namespace gnomon::audit {

using ExportConsumer = std::function<bool(ByteView chunk, std::uint64_t done, std::uint64_t total)>;

// Streams the log up to the checkpoint as an export file (FORMAT.md section 6), in chunks of at most 256 KiB. What was
// committed never changes, so this needs no long transaction. Cancelled when the consumer returns false.
Status exportLog(EvidenceReader& reader, const Checkpoint& last, std::string_view verifierKey,
                 const ExportConsumer& consumer);

} // namespace gnomon::audit
