// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/version_meter.h"

#include <algorithm>

namespace gnomon::serving {

namespace {

void add(Timed64& sum, std::chrono::nanoseconds time) {
    ++sum.count;
    sum.time += time;
}

} // namespace

void VersionMeter::succeeded(WallTime when, std::chrono::nanoseconds took, const port::RunResult& result,
                             std::int64_t rows) {
    const auto inside = result.input + result.compute + result.output;
    const MutexLock lock(m_mutex);
    add(m_counters.success, took);
    add(m_counters.queue, std::max(took - inside, std::chrono::nanoseconds(0)));
    add(m_counters.computeInput, result.input);
    add(m_counters.computeInfer, result.compute);
    add(m_counters.computeOutput, result.output);
    m_counters.rows += static_cast<std::uint64_t>(std::max<std::int64_t>(rows, 0));
    ++m_counters.executions;
    m_counters.last = std::max(m_counters.last, when);
}

void VersionMeter::failed(std::chrono::nanoseconds took) {
    const MutexLock lock(m_mutex);
    add(m_counters.fail, took);
}

VersionCounters VersionMeter::counters() const {
    const MutexLock lock(m_mutex);
    return m_counters;
}

} // namespace gnomon::serving
