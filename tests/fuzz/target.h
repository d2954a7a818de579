// SPDX-License-Identifier: GPL-3.0-or-later
// What a fuzz program consists of: one of these targets and driver.cpp. Built with clang and GNOMON_FUZZ it is a
// libFuzzer program; built with any compiler it replays its seeds and some thousand mutations of them, which every test
// run does.
#pragma once

#include "backend/base/bytes.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace gnomon::fuzz {

// Good inputs to start from, made by the very code under test.
std::vector<std::string> seeds();

// Must return for every input. What must hold of the result is checked with require().
void run(ByteView input);

// Spoils the input in a way that knows its structure; false where there is no such way, or not for this input.
bool mutate(std::string& input, std::uint64_t seed);

inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "broken promise: %s\n", what);
        std::abort();
    }
}

} // namespace gnomon::fuzz
