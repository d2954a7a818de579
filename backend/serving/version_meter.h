// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"

#include <chrono>
#include <cstdint>

namespace gnomon::serving {

// A count with the time that it took altogether.
struct Timed64 {
    std::uint64_t count = 0;
    std::chrono::nanoseconds time{0};

    bool operator==(const Timed64&) const = default;
};

// What one version did for callers since the node started. success and fail hold the time from asking the version until
// its answer was there or nobody waited any more; the four parts of a success add up to it.
struct VersionCounters {
    Timed64 success;
    Timed64 fail; // errors, late answers, answers that are not finite
    Timed64 queue;
    Timed64 computeInput; // tensors made ready for the engine
    Timed64 computeInfer;
    Timed64 computeOutput;  // answers taken from it
    std::uint64_t rows = 0; // of the successes: a request of 8 rows counts 8
    std::uint64_t executions = 0;
    WallTime last; // when the last success was asked; the epoch: never

    bool operator==(const VersionCounters&) const = default;
};

// Counts the runs of one version that callers wait for: no shadow's, no trial's. Never reset. Thread-safe; recording
// costs a short lock.
class VersionMeter {
public:
    void succeeded(WallTime when, std::chrono::nanoseconds took, const port::RunResult& result, std::int64_t rows);
    void failed(std::chrono::nanoseconds took);
    VersionCounters counters() const;

private:
    mutable Mutex m_mutex;
    VersionCounters m_counters GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
