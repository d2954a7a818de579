// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/console_store.h"

#include <filesystem>
#include <memory>

namespace gnomon::store {

// The console's memory in one SQLite file; what is written is on the disk when the call returns, for a pinned
// checkpoint is what a later forgery is measured by. Errors as in openDatabase (backend/store/database.h).
Result<std::unique_ptr<port::ConsoleStore>> openConsoleStore(const std::filesystem::path& file);

} // namespace gnomon::store
