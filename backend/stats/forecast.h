// SPDX-License-Identifier: GPL-3.0-or-later
// About how many more values it takes until a question is settled, if what comes looks like what came. A forecast for
// people, not evidence: it puts the estimate in the place of the truth.
#pragma once

#include <cstdint>
#include <optional>

namespace gnomon::stats {

struct Forecast {
    std::uint64_t more = 0; // values still to come; 0: settled
    bool above = false;     // the side of the margin on which it is expected to settle
};

// Until sideOfRate(k, n, margin, alpha, tunedFor) is settled. Absent when it is too close to call within 10^9 values.
std::optional<Forecast> forecastRate(std::uint64_t k, std::uint64_t n, double margin, double alpha,
                                     double tunedFor = 1);

// Until the confidence sequence of a mean lies within +-margin or outside of it. Absent as above.
std::optional<Forecast> forecastMean(std::uint64_t n, double mean, double deviation, double margin, double alpha,
                                     double scale);

} // namespace gnomon::stats
