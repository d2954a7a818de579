// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/byte_codec.h"
#include "backend/domain/comparison.h"

#include <array>
#include <cstdint>
#include <vector>

namespace gnomon::monitor {

// Scores of both versions in 50 bins of equal width. Probabilities get the range [0, 1]; other scores the range of the
// first kSettleAfter pairs, which doubles whenever a score falls outside of it (two bins become one). Not thread-safe.
class ScoreHistogram {
public:
    static constexpr std::size_t kBins = 50;
    static constexpr std::size_t kSettleAfter = 128;

    // Both finite.
    void add(double production, double shadow);
    std::vector<Bin> bins() const; // empty when nothing was added
    // Between the smallest and the largest score that fits: the largest difference that is to be expected.
    double span() const;

    void save(ByteWriter& out) const;
    static ScoreHistogram load(ByteReader& in);

private:
    struct Pair {
        double production = 0;
        double shadow = 0;
    };
    struct Counts {
        std::uint64_t production = 0;
        std::uint64_t shadow = 0;
    };

    bool settled() const { return m_high > m_low; }
    void settle();
    void widenTo(double score);
    Counts& binOf(double score);

    std::vector<Pair> m_first; // until the range is settled
    double m_low = 0;
    double m_high = 0;
    std::array<Counts, kBins> m_counts{};
};

} // namespace gnomon::monitor
