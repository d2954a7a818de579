// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace gnomon {

// The whole file. NotFound, PermissionDenied, or InvalidArgument when it is larger than mostBytes.
Result<std::string> readFile(const std::filesystem::path& file, std::size_t mostBytes = 64u << 20);

// A new file, synced to disk. AlreadyExists rather than overwriting.
Status writeNewFile(const std::filesystem::path& file, std::string_view text, mode_t mode);

// Replaces the file in one step: readers see the old text or the new one. Synced to disk, folder included.
Status replaceFile(const std::filesystem::path& file, std::string_view text, mode_t mode);

// PermissionDenied, with the command that mends it, when anybody but the owner can read or write the file.
Status checkPrivate(const std::filesystem::path& file);

} // namespace gnomon
