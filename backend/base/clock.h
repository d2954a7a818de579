// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

namespace gnomon {

// UTC, microseconds. Shown to people and written to records; never used to order anything.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
// Never runs backward. Deadlines, ages and rates are computed from it.
using MonoTime = std::chrono::steady_clock::time_point;

// Where logic gets its time from. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wallNow() const = 0;
    virtual MonoTime monoNow() const = 0;
};

class SystemClock final : public Clock {
public:
    WallTime wallNow() const override;
    MonoTime monoNow() const override;
};

// "2026-03-01T14:02:11.214Z": RFC 3339, UTC, milliseconds.
std::string toRfc3339(WallTime time);

} // namespace gnomon
