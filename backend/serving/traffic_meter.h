// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/domain/exchange.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

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

// Everything since start, for metrics.
struct TrafficTotals {
    static constexpr std::size_t kDoublings = 27; // from one microsecond on
    static constexpr std::array<std::string_view, 5> kServedBy{"production", "fallback", "constant", "refuse",
                                                               "version"};

    std::array<std::uint64_t, kServedBy.size()> servedBy{};     // as Exchange::servedBy
    std::array<std::uint64_t, kLegOutcomes> substitutedAfter{}; // by how the first attempt ended
    std::array<std::uint64_t, kDoublings> latencies{};          // [i]: up to 2^(i+1) microseconds, and above 2^i
    std::chrono::nanoseconds latencySum{0};

    bool operator==(const TrafficTotals&) const = default;
};

// What an endpoint answered within the last minute and since start. Thread-safe; recording costs a short lock.
class TrafficMeter {
public:
    explicit TrafficMeter(const Clock& clock) : m_clock(clock), m_started(clock.monoNow()) {}

    // exchange: how the call ended. substitutable: its reason tells of a substitution; false for a call that named its
    // version.
    void record(std::chrono::nanoseconds latency, const Exchange& exchange, bool substitutable);
    TrafficSummary summary() const;
    TrafficTotals totals() const;

private:
    // Eight buckets per doubling from one microsecond on: within 9 % of the truth.
    static constexpr std::size_t kPerDoubling = 8;
    static constexpr std::size_t kBuckets = kPerDoubling * TrafficTotals::kDoublings;
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
    TrafficTotals m_totals GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
