// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/mean_sequence.h"

#include <cmath>
#include <limits>

namespace gnomon::stats {

double meanScaleFor(std::uint64_t n, double alpha) {
    const double spent = -2 * std::log(alpha);
    return std::sqrt((spent + std::log(spent + 1)) / static_cast<double>(n));
}

double meanHalfWidth(std::uint64_t t, double deviation, double alpha, double scale) {
    if (t < kMeanFirstUse) {
        return std::numeric_limits<double>::infinity();
    }
    const auto n = static_cast<double>(t);
    const double grown = n * scale * scale + 1;
    return deviation * std::sqrt(2 * grown / (n * (grown - 1)) * std::log(std::sqrt(grown) / alpha));
}

} // namespace gnomon::stats
