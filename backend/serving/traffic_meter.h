// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"

#include <array>
#include <cstdint>
#include <string>

namespace gnomon::serving {

struct TrafficSummary {
    double requestsPerSecond = 0; // last minute
    double substitutionShare = 0; // last minute
    double p50Seconds = 0;        // last minute; 0 without requests
    double p99Seconds = 0;
    std::uint64_t requests = 0; // since start
    std::uint64_t substituted = 0;
    std::uint64_t failed = 0;
    std::string lastReason;
};

// What an endpoint answered within the last minute and since start. Thread-safe; recording costs a short lock.
class TrafficMeter {
public:
    explicit TrafficMeter(const Clock& clock) : m_clock(clock), m_started(clock.monoNow()) {}

    // reason: why production did not answer; empty when it did. answered: false when the caller got an error.
    void record(std::chrono::nanoseconds latency, const std::string& reason, bool answered);
    TrafficSummary summary() const;

private:
    // Eight buckets per doubling from one microsecond on: within 9 % of the truth.
    static constexpr std::size_t kBuckets = 8 * 27;
    static constexpr std::size_t kSeconds = 60;

    struct Second {
        std::int64_t number = -1;
        std::uint32_t requests = 0;
        std::uint32_t substituted = 0;
        std::array<std::uint32_t, kBuckets> latencies{};
    };

    std::int64_t secondNow() const;

    const Clock& m_clock;
    const MonoTime m_started;
    mutable Mutex m_mutex;
    std::array<Second, kSeconds> m_seconds GUARDED_BY(m_mutex);
    std::uint64_t m_requests GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_substituted GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_failed GUARDED_BY(m_mutex) = 0;
    std::string m_lastReason GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
