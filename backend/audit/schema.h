// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/sqlite.h"

namespace gnomon::audit {

// audit.db, ready for the writer; made when there is none. FailedPrecondition when the file is something else or of a
// newer version.
Result<std::unique_ptr<SQLite::Database>> openEvidence(const std::filesystem::path& file, Access access);

} // namespace gnomon::audit
