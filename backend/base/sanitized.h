// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace gnomon {

// Whether this build runs under AddressSanitizer or ThreadSanitizer. They map terabytes, keep freed memory on purpose
// and cannot be traced, so that limits of memory, and tests of it, do not hold there.
#if defined(GNOMON_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

} // namespace gnomon
