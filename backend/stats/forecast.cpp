// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/forecast.h"

#include "backend/stats/binomial_evidence.h"
#include "backend/stats/mean_sequence.h"

#include <algorithm>
#include <cmath>

namespace gnomon::stats {

namespace {

constexpr std::uint64_t kFarthest = 1'000'000'000;

// The smallest total in [n, kFarthest] at which settled() holds; it must stay true once it is.
std::optional<std::uint64_t> firstSettled(std::uint64_t n, const auto& settled) {
    std::uint64_t high = std::max<std::uint64_t>(n, 1);
    while (!settled(high)) {
        if (high > kFarthest / 2) {
            return std::nullopt;
        }
        high *= 2;
    }
    std::uint64_t low = n;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (settled(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return high;
}

} // namespace

std::optional<Forecast> forecastRate(std::uint64_t k, std::uint64_t n, double margin, double alpha, double tunedFor) {
    // Half a hit and half a miss more, so that "none so far" is not taken for "never".
    const double rate = (static_cast<double>(k) + 0.5) / (static_cast<double>(n) + 1);
    const auto expectedSide = [&](std::uint64_t total) {
        const double hits = static_cast<double>(k) + rate * static_cast<double>(total - n);
        return sideOfRate(static_cast<std::uint64_t>(std::lround(hits)), total, margin, alpha, tunedFor);
    };
    const auto total = firstSettled(n, [&](std::uint64_t t) { return expectedSide(t) != Side::Unknown; });
    if (!total) {
        return std::nullopt;
    }
    return Forecast{*total - n, expectedSide(*total) == Side::Above};
}

std::optional<Forecast> forecastMean(std::uint64_t n, double mean, double deviation, double margin, double alpha,
                                     double scale) {
    const double distance = std::abs(std::abs(mean) - margin);
    const auto total =
        firstSettled(n, [&](std::uint64_t t) { return meanHalfWidth(t, deviation, alpha, scale) < distance; });
    if (!total) {
        return std::nullopt;
    }
    return Forecast{*total - n, std::abs(mean) > margin};
}

} // namespace gnomon::stats
