// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/log_sketch.h"

#include <algorithm>
#include <cmath>

namespace gnomon::stats {

namespace {

// Bucket i holds (g^(i-1), g^i]. Its middle 2 g^i / (g + 1) is within the relative error of all of it.
constexpr double kGrowth = (1 + LogSketch::kRelativeError) / (1 - LogSketch::kRelativeError);
const double kLogGrowth = std::log(kGrowth);

int bucketOf(double value) {
    return static_cast<int>(std::ceil(std::log(value) / kLogGrowth));
}

double valueOf(int bucket) {
    return 2 * std::exp(bucket * kLogGrowth) / (kGrowth + 1);
}

const int kFirstBucket = bucketOf(LogSketch::kSmallest);
const int kLastBucket = bucketOf(LogSketch::kLargest);

} // namespace

void LogSketch::add(double value) {
    if (std::isnan(value)) {
        return;
    }
    ++m_count;
    if (value < kSmallest) {
        ++m_zeros;
    } else {
        addToBucket(bucketOf(std::min(value, kLargest)), 1);
    }
}

void LogSketch::addToBucket(int bucket, std::uint64_t count) {
    if (m_counts.empty()) {
        m_first = bucket;
    }
    if (bucket < m_first) {
        m_counts.insert(m_counts.begin(), static_cast<std::size_t>(m_first - bucket), 0);
        m_first = bucket;
    }
    const auto index = static_cast<std::size_t>(bucket - m_first);
    if (index >= m_counts.size()) {
        m_counts.resize(index + 1);
    }
    m_counts[index] += count;
}

void LogSketch::merge(const LogSketch& other) {
    m_count += other.m_count;
    m_zeros += other.m_zeros;
    for (std::size_t i = 0; i < other.m_counts.size(); ++i) {
        if (other.m_counts[i] > 0) {
            addToBucket(other.m_first + static_cast<int>(i), other.m_counts[i]);
        }
    }
}

double LogSketch::quantile(double q) const {
    if (m_count == 0) {
        return 0;
    }
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(m_count - 1));
    std::uint64_t seen = m_zeros;
    if (rank < seen) {
        return 0;
    }
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        seen += m_counts[i];
        if (rank < seen) {
            return valueOf(m_first + static_cast<int>(i));
        }
    }
    return 0;
}

void LogSketch::save(ByteWriter& out) const {
    out.number(m_zeros);
    out.signedNumber(m_first);
    out.number(m_counts.size());
    for (const std::uint64_t count : m_counts) {
        out.number(count);
    }
}

LogSketch LogSketch::load(ByteReader& in) {
    LogSketch sketch;
    sketch.m_zeros = in.number();
    const std::int64_t first = in.signedNumber();
    sketch.m_counts.resize(in.count(static_cast<std::size_t>(kLastBucket - kFirstBucket + 1)));
    sketch.m_count = sketch.m_zeros;
    for (std::uint64_t& count : sketch.m_counts) {
        count = in.number();
        sketch.m_count += count;
    }
    if (!sketch.m_counts.empty() &&
        (first < kFirstBucket || first + static_cast<std::int64_t>(sketch.m_counts.size()) - 1 > kLastBucket)) {
        in.fail();
        return {};
    }
    sketch.m_first = static_cast<int>(first);
    return sketch;
}

} // namespace gnomon::stats
