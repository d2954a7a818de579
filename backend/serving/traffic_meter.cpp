// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/traffic_meter.h"

#include <algorithm>
#include <cmath>

namespace gnomon::serving {

namespace {

std::size_t bucketOf(std::chrono::nanoseconds latency, std::size_t perDoubling, std::size_t buckets) {
    const double microseconds = static_cast<double>(latency.count()) * 1e-3;
    if (microseconds <= 1) {
        return 0;
    }
    return std::min(buckets - 1, static_cast<std::size_t>(std::log2(microseconds) * static_cast<double>(perDoubling)));
}

// The middle of a bucket.
double secondsOf(std::size_t bucket, std::size_t perDoubling) {
    return std::exp2((static_cast<double>(bucket) + 0.5) / static_cast<double>(perDoubling)) * 1e-6;
}

// How the first attempt of a call ended that somebody else had to answer.
LegOutcome firstFailure(const Exchange& exchange) {
    const auto failed = std::find_if(exchange.legs.begin(), exchange.legs.end(),
                                     [](const Leg& leg) { return leg.outcome != LegOutcome::Ok; });
    return failed == exchange.legs.end() ? LegOutcome::Failed : failed->outcome;
}

template <class Histogram>
double quantile(const Histogram& counts, std::size_t perDoubling, std::uint64_t total, double q) {
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        below += counts[i];
        if (below >= rank && below > 0) {
            return secondsOf(i, perDoubling);
        }
    }
    return 0;
}

} // namespace

std::int64_t TrafficMeter::secondNow() const {
    return std::chrono::duration_cast<std::chrono::seconds>(m_clock.monoNow().time_since_epoch()).count();
}

void TrafficMeter::record(std::chrono::nanoseconds latency, const Exchange& exchange, bool substitutable) {
    const std::int64_t now = secondNow();
    const std::size_t bucket = bucketOf(latency, kPerDoubling, kBuckets);
    const auto servedBy =
        std::find(TrafficTotals::kServedBy.begin(), TrafficTotals::kServedBy.end(), exchange.servedBy);
    const MutexLock lock(m_mutex);
    Second& second = m_seconds[static_cast<std::size_t>(now) % kSeconds];
    if (second.number != now) {
        second = Second{};
        second.number = now;
    }
    ++second.requests;
    ++second.latencies[bucket];
    ++m_requests;
    m_failed += exchange.answered ? 0 : 1;
    ++m_totals.latencies[bucket / kPerDoubling];
    m_totals.latencySum += latency;
    if (servedBy != TrafficTotals::kServedBy.end()) {
        ++m_totals.servedBy[static_cast<std::size_t>(servedBy - TrafficTotals::kServedBy.begin())];
    }
    if (substitutable && !exchange.reason.empty()) {
        if (exchange.answered) {
            ++second.substituted;
            ++m_substituted;
            ++m_totals.substitutedAfter[static_cast<std::size_t>(firstFailure(exchange))];
        }
        m_lastReason = exchange.reason;
    }
}

TrafficTotals TrafficMeter::totals() const {
    const MutexLock lock(m_mutex);
    return m_totals;
}

TrafficSummary TrafficMeter::summary() const {
    const std::int64_t now = secondNow();
    std::array<std::uint64_t, kBuckets> latencies{};
    std::uint64_t requests = 0;
    std::uint64_t substituted = 0;
    TrafficSummary summary;
    {
        const MutexLock lock(m_mutex);
        for (const Second& second : m_seconds) {
            if (second.number < 0 || second.number <= now - static_cast<std::int64_t>(kSeconds)) {
                continue;
            }
            requests += second.requests;
            substituted += second.substituted;
            for (std::size_t i = 0; i < kBuckets; ++i) {
                latencies[i] += second.latencies[i];
            }
        }
        summary.requests = m_requests;
        summary.substituted = m_substituted;
        summary.failed = m_failed;
        summary.lastReason = m_lastReason;
    }
    const double up = std::chrono::duration<double>(m_clock.monoNow() - m_started).count();
    summary.requestsPerSecond = static_cast<double>(requests) / std::clamp(up, 1.0, static_cast<double>(kSeconds));
    if (requests > 0) {
        summary.substitutionShare = static_cast<double>(substituted) / static_cast<double>(requests);
        summary.p50Seconds = quantile(latencies, kPerDoubling, requests, 0.50);
        summary.p99Seconds = quantile(latencies, kPerDoubling, requests, 0.99);
    }
    return summary;
}

} // namespace gnomon::serving
