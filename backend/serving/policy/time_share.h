// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <chrono>
#include <optional>

namespace gnomon::serving {

// What is kept back from the caller's deadline so that the reply reaches the caller in time.
struct SafetyMargin {
    std::chrono::nanoseconds atLeast{std::chrono::milliseconds(5)};
    double share = 0.20; // of what remains
    std::chrono::nanoseconds atMost{std::chrono::milliseconds(25)};
};

// When the call must be answered: the endpoint's budget or the caller's deadline less the margin, whichever is first.
// The margin never takes more than half of what remains. REQUIRES: a deadline is in the future.
MonoTime answerBy(MonoTime now, std::chrono::nanoseconds budget, std::optional<MonoTime> deadline, SafetyMargin margin);

// How long a version may take when `after` more versions come behind it in the chain: all that remains for the last
// one, else twice the share of each that follows. The constant at the end takes no time.
std::chrono::nanoseconds timeShare(std::chrono::nanoseconds remaining, std::size_t after);

} // namespace gnomon::serving
