// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

namespace gnomon::ctl {

// Stable: scripts branch on them. Listed in `gnomonctl --help`.
enum class ExitCode {
    Ok = 0,
    Failed = 1,      // the operation was tried and failed, or some calls of a replay failed
    Usage = 2,       // the command line or a file given on it is wrong
    Unreachable = 3, // no node answered in time
    Denied = 4,      // not authenticated, or not allowed
    Refused = 5,     // not possible now: unknown object, moved generation, nothing to change
    Corrupt = 6,     // evidence does not verify
    Unconfirmed = 7, // the change is in force, but no reply of it was seen yet: no reason to make it again
};

ExitCode exitCodeOf(const Error& error);

} // namespace gnomon::ctl
