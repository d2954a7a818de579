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

// Until when a call waits for a version that others stand behind. Half of what remains until the caller's deadline, at
// most 100 ms, is left to them and to the reply, which a busy machine holds up at every step of its way; from a version
// that usually answers sooner, nothing is lost by that. One that usually needs longer has up to answerBy.
// REQUIRES: the deadline is in the future.
MonoTime waitUntil(MonoTime now, MonoTime answerBy, std::optional<MonoTime> deadline, std::chrono::nanoseconds typical);

// How long a version may take when `after` more versions come behind it in the chain: all that remains for the last
// one, else twice the share of each that follows. The constant at the end takes no time.
std::chrono::nanoseconds timeShare(std::chrono::nanoseconds remaining, std::size_t after);

} // namespace gnomon::serving
