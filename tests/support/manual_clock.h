// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <atomic>
#include <chrono>

namespace gnomon::test {

// A clock that moves only when told to. Thread-safe. Starts at 2026-03-01T12:00:00Z.
class ManualClock final : public Clock {
public:
    WallTime wallNow() const override { return WallTime(std::chrono::microseconds(kStart + m_elapsed.load())); }
    MonoTime monoNow() const override {
        return MonoTime(std::chrono::hours(1) + std::chrono::microseconds(m_elapsed.load()));
    }
    template <class Duration>
    void advance(Duration by) {
        m_elapsed += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
    }

private:
    static constexpr std::int64_t kStart = 1'772'366'400'000'000;
    std::atomic<std::int64_t> m_elapsed{0};
};

} // namespace gnomon::test
