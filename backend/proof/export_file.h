// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"

#include <string_view>

namespace gnomon::proof {

// The export file (backend/audit/FORMAT.md section 6): a sequence of canonical CBOR items. These make its items.
constexpr std::string_view kExportMagic = "gnomon-audit-export";
constexpr std::uint64_t kExportVersion = 1;

enum class ExportItem : std::uint64_t { Record = 0, Checkpoint = 1, End = 2 };

Bytes exportHeader(std::string_view origin, std::string_view verifierKey);
Bytes exportRecord(const StoredRecord& record);
Bytes exportCheckpoint(const Checkpoint& checkpoint);
Bytes exportEnd(std::uint64_t records);

} // namespace gnomon::proof
