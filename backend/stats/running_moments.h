// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"

#include <cstdint>

namespace gnomon::stats {

// Count, mean and variance of a stream in constant memory, without cancellation (Welford 1962; merging after Chan,
// Golub and LeVeque 1979). Not thread-safe. Feed it finite numbers only.
class RunningMoments {
public:
    void add(double value);
    // As if everything that `other` saw had been added here.
    void merge(const RunningMoments& other);

    std::uint64_t count() const { return m_count; }
    double mean() const { return m_mean; }
    double sumOfSquares() const { return m_squares; } // of deviations from the mean
    double variance() const;                          // of the sample; 0 for fewer than two values

    void save(ByteWriter& out) const;
    static RunningMoments load(ByteReader& in); // marks the reader as failed when the numbers cannot be right

    bool operator==(const RunningMoments&) const = default;

private:
    std::uint64_t m_count = 0;
    double m_mean = 0;
    double m_squares = 0;
};

} // namespace gnomon::stats
