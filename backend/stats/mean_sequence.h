// SPDX-License-Identifier: GPL-3.0-or-later
// An asymptotic confidence sequence for a mean: half-width s sqrt(2 (t r^2 + 1) / (t^2 r^2) ln(sqrt(t r^2 + 1) /
// alpha)). Source: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and asymptotic
// confidence sequences" (Theorem 2.2), on Robbins' normal mixture. Valid in the limit, so it starts at kFirstUse
// values.
#pragma once

#include <cstdint>

namespace gnomon::stats {

inline constexpr std::uint64_t kMeanFirstUse = 100;

// The mixture's scale r that makes the interval tightest after about n values.
double meanScaleFor(std::uint64_t n, double alpha);

// Half the width of the interval around the mean of t values with that standard deviation; infinite before
// kMeanFirstUse. With probability about 1 - alpha the true mean lies within it at all t at once.
double meanHalfWidth(std::uint64_t t, double deviation, double alpha, double scale);

} // namespace gnomon::stats
