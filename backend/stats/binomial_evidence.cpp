// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/stats/binomial_evidence.h"

#include <cmath>
#include <numbers>

namespace gnomon::stats {

namespace {

// std::lgamma writes a global variable, which threads would race for.
double logGamma(double x) {
    int sign = 0;
    return lgamma_r(x, &sign);
}

double logBeta(double a, double b) {
    return logGamma(a) + logGamma(b) - logGamma(a + b);
}

// Of the likelihood, averaged over Beta(1, 1/tunedFor).
double logMixture(double hits, double misses, double tunedFor) {
    return logBeta(hits + 1, misses + 1 / tunedFor) - std::log(tunedFor);
}

// The root of the convex evidence between `inside` (not refuted) and `outside` (refuted or the end of the scale).
double bisect(double inside, double outside, const auto& refuted) {
    for (int i = 0; i < 60; ++i) {
        const double middle = (inside + outside) / 2;
        (refuted(middle) ? outside : inside) = middle;
    }
    // The refuted end, so that rounding never makes the interval too narrow.
    return outside;
}

} // namespace

double rateLogE(std::uint64_t k, std::uint64_t n, double p, double tunedFor) {
    const auto hits = static_cast<double>(k);
    const auto misses = static_cast<double>(n - k);
    return logMixture(hits, misses, tunedFor) - hits * std::log(p) - misses * std::log1p(-p);
}

double flipLogE(std::uint64_t b, std::uint64_t c) {
    const auto first = static_cast<double>(b);
    const auto second = static_cast<double>(c);
    return (first + second) * std::numbers::ln2 + logBeta(first + 1, second + 1);
}

Bounds rateBounds(std::uint64_t k, std::uint64_t n, double alpha, double tunedFor) {
    if (n == 0) {
        return {};
    }
    const auto hits = static_cast<double>(k);
    const auto misses = static_cast<double>(n - k);
    const double mixture = logMixture(hits, misses, tunedFor);
    const double limit = -std::log(alpha);
    const auto refuted = [&](double p) {
        return mixture - (k == 0 ? 0 : hits * std::log(p)) - (k == n ? 0 : misses * std::log1p(-p)) >= limit;
    };
    const double estimate = hits / (hits + misses);
    return {k == 0 ? 0 : bisect(estimate, 0, refuted), k == n ? 1 : bisect(estimate, 1, refuted)};
}

Side sideOfRate(std::uint64_t k, std::uint64_t n, double p, double alpha, double tunedFor) {
    if (n == 0 || rateLogE(k, n, p, tunedFor) < -std::log(alpha)) {
        return Side::Unknown;
    }
    return static_cast<double>(k) < p * static_cast<double>(n) ? Side::Below : Side::Above;
}

Lean leanOf(std::uint64_t first, std::uint64_t second, std::uint64_t n, double margin, double alpha) {
    const std::uint64_t larger = first > second ? first : second;
    if (flipLogE(first, second) < -std::log(alpha) || sideOfRate(larger, n, margin, alpha) != Side::Above) {
        return Lean::Neither;
    }
    return first > second ? Lean::First : Lean::Second;
}

} // namespace gnomon::stats
