// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"

#include <cstdint>
#include <vector>

namespace gnomon::stats {

// Quantiles of positive values within 1 % of the value, in bounded memory (16 KiB at most): counts in buckets whose
// limits grow by a constant factor, after Masson, Rim and Lee, "DDSketch" (VLDB 2019). Merging two sketches gives
// exactly the sketch of the union. The guarantee holds from kSmallest to kLargest; smaller values count as 0, larger
// ones as kLargest. Not thread-safe.
class LogSketch {
public:
    static constexpr double kRelativeError = 0.01;
    static constexpr double kSmallest = 1e-9;
    static constexpr double kLargest = 1e9;

    // NaN is not counted.
    void add(double value);
    void merge(const LogSketch& other);

    std::uint64_t count() const { return m_count; }
    // The value below which the share q of all values lies, 0 <= q <= 1; 0 when there is none.
    double quantile(double q) const;

    void save(ByteWriter& out) const;
    static LogSketch load(ByteReader& in); // marks the reader as failed when the buckets cannot be right

    bool operator==(const LogSketch&) const = default;

private:
    void addToBucket(int bucket, std::uint64_t count);

    std::uint64_t m_count = 0;
    std::uint64_t m_zeros = 0;
    int m_first = 0; // bucket of m_counts[0]
    std::vector<std::uint64_t> m_counts;
};

} // namespace gnomon::stats
