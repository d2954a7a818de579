// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/spiffe_id.h"
#include "backend/base/bytes.h"

#include <algorithm>

namespace gnomon::access {

namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::size_t kLongest = 2048;
constexpr std::size_t kLongestDomain = 255;

bool isDomainCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool isPathCharacter(char c) {
    return isDomainCharacter(c) || (c >= 'A' && c <= 'Z');
}

bool isSegment(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && std::all_of(text.begin(), text.end(), isPathCharacter);
}

bool isDomain(std::string_view text) {
    return !text.empty() && text.size() <= kLongestDomain && std::all_of(text.begin(), text.end(), isDomainCharacter);
}

} // namespace

Result<SpiffeId> parseSpiffeId(std::string_view text) {
    const auto malformed = [whole = text] {
        return Error{ErrorCode::Unauthenticated, "'" + printable(whole, 120) + "' is not a SPIFFE id with a path",
                     "use a certificate whose only URI name is spiffe://<trust domain>/<role>/<name>"};
    };
    if (text.size() > kLongest || text.substr(0, kScheme.size()) != kScheme) {
        return malformed();
    }
    std::string_view rest = text.substr(kScheme.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || !isDomain(rest.substr(0, slash))) {
        return malformed();
    }
    SpiffeId id{std::string(rest.substr(0, slash)), {}};
    id.path.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '/')));
    while (!rest.empty()) {
        rest.remove_prefix(std::min(rest.find('/'), rest.size() - 1) + 1);
        const std::string_view segment = rest.substr(0, rest.find('/'));
        if (!isSegment(segment)) {
            return malformed();
        }
        id.path.emplace_back(segment);
        rest.remove_prefix(segment.size());
    }
    return id;
}

} // namespace gnomon::access
