// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/state_store.h"

#include <filesystem>
#include <memory>

namespace gnomon::store {

// The node's desired state in one SQLite file (WAL, synchronous = FULL): every append and every value is on the disk
// when the call returns. Generations can only be added; the file itself refuses to change or delete one.
// Errors as in openDatabase (backend/store/database.h).
Result<std::unique_ptr<port::StateStore>> openStateStore(const std::filesystem::path& file);

} // namespace gnomon::store
