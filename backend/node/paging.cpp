// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/paging.h"

#include <algorithm>
#include <charconv>

namespace gnomon::node {

Result<Page> pageOf(std::int32_t asked, std::size_t usual, const std::string& token, std::size_t total) {
    constexpr std::size_t kMost = 1000;
    if (asked < 0) {
        return Error{ErrorCode::InvalidArgument, "page_size is negative", {}, "page_size"};
    }
    std::size_t begin = 0;
    if (!token.empty()) {
        const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), begin);
        if (problem != std::errc{} || end != token.data() + token.size()) {
            return Error{ErrorCode::InvalidArgument, "page_token is not one of this list", {}, "page_token"};
        }
    }
    const std::size_t size = asked == 0 ? usual : std::min<std::size_t>(static_cast<std::size_t>(asked), kMost);
    Page page;
    page.begin = std::min(begin, total);
    page.end = std::min(page.begin + size, total);
    page.next = page.end < total ? std::to_string(page.end) : "";
    return page;
}

} // namespace gnomon::node
