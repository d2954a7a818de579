// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

namespace gnomon::test {

// What becomes of a file of data/bad.
enum class Fate {
    Refused, // as version 1 of an endpoint: it is not loaded; says: part of the reason that callers are told
    Answers, // loads and answers a request of zeros
    Fails,   // loads, but no answer comes of it: UNAVAILABLE, says: part of the reason
    Rows,    // rows for gnomonctl replay, which refuses them; says: part of what it complains of
    NotRead, // lies beside a model and is not opened; says: what the log says of it, if anything
};

struct Expectation {
    Fate fate;
    std::string says = {};
};

// Reviewed: every file of data/bad, by its path there.
const std::map<std::string, Expectation>& badFiles();

} // namespace gnomon::test
