// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace gnomon::access {

// "spiffe://<trust domain>/<segment>/<segment>", taken apart.
struct SpiffeId {
    std::string trustDomain;
    std::vector<std::string> path; // at least one segment

    bool operator==(const SpiffeId&) const = default;
};

// Unauthenticated when the text is not a SPIFFE id with a path: at most 2,048 bytes, trust domain of lower-case
// letters, digits, dots, dashes and underscores, segments of those and upper-case letters, none empty, "." or "..".
Result<SpiffeId> parseSpiffeId(std::string_view text);

} // namespace gnomon::access
