// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace gnomon::node {

// A stretch of a list that fits in memory as a whole.
struct Page {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string next; // token of the page after it; empty: no more
};

// asked: page_size as sent, 0 for the usual. token: as this function made it. InvalidArgument for one it did not make.
Result<Page> pageOf(std::int32_t asked, std::size_t usual, const std::string& token, std::size_t total);

} // namespace gnomon::node
