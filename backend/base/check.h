// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gnomon {

// Prints the broken invariant and aborts. Used through GNOMON_CHECK.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);

} // namespace gnomon

// Aborts when one of our own invariants is broken, in every build type. Never for input from outside.
#define GNOMON_CHECK(condition)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            ::gnomon::checkFailed(#condition, __FILE__, __LINE__);                                                     \
        }                                                                                                              \
    } while (false)
