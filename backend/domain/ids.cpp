// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/domain/ids.h"

#include <charconv>

namespace gnomon {

namespace {

bool isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

Result<EndpointName> parseEndpointName(std::string_view text) {
    bool good = !text.empty() && text.size() <= 128 && isAlphanumeric(text[0]);
    for (const char c : text) {
        good = good && (isAlphanumeric(c) || c == '.' || c == '-' || c == '_');
    }
    if (!good) {
        return Error{ErrorCode::InvalidArgument, "'" + printable(text, 80) + "' is not an endpoint name",
                     "use letters, digits, dots, dashes and underscores, at most 128, starting with a letter or digit"};
    }
    return EndpointName(std::string(text));
}

Result<VersionNumber> parseVersionNumber(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || number == 0 || text[0] == '0') {
        return Error{ErrorCode::InvalidArgument, "'" + printable(text, 40) + "' is not a version number",
                     "a version is an integral value > 0"};
    }
    return VersionNumber(number);
}

} // namespace gnomon
