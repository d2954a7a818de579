// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gnomon::ctl {

// Left-aligned columns with a header, two blanks apart. Cells are made printable.
std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
std::string percent(double share, int digits = 1); // "96.1 %"
std::string milliseconds(double seconds);          // "1.84 ms"
std::string decimal(double value, int digits);
// As one word of a POSIX shell's command line, quoted where that is needed.
std::string shellWord(const std::string& text);

} // namespace gnomon::ctl
