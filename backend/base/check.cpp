// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace gnomon {

void checkFailed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "broken invariant: %s at %s:%d\n", condition, file, line);
    std::abort();
}

} // namespace gnomon
