// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence from counts that stays valid however often somebody looks, and that may be looked at after every pair.
//
// The e-value is the likelihood ratio of "the rate is p" against the uniform mixture over all rates. As a process in
// n it is a non-negative martingale when the rate is p, so by Ville's inequality the chance that it ever reaches
// 1/alpha is at most alpha. Sources: Ville 1939; Robbins 1970 (confidence sequences from mixtures); Johari, Koomen,
// Pekelis, Walsh 2017 (always valid inference); Lindon and Malek, arXiv 2205.14762 (counts in canary tests).
#pragma once

#include <cstdint>

namespace gnomon::stats {

struct Bounds {
    double low = 0;
    double high = 1;

    bool operator==(const Bounds&) const = default;
};

// Natural logarithm of the e-value against "the rate is p", after k of n: ln B(k+1, n-k+1) - k ln p - (n-k) ln(1-p).
// REQUIRES k <= n, 0 < p < 1.
double rateLogE(std::uint64_t k, std::uint64_t n, double p);

// The same against "flips are as likely one way as the other" (an exact McNemar test): p = 1/2 after b of b + c.
double flipLogE(std::uint64_t b, std::uint64_t c);

// Every rate that is not refuted at level alpha: the confidence sequence that goes with rateLogE. With probability
// 1 - alpha the true rate lies within it at all n at once. [0, 1] for n = 0.
Bounds rateBounds(std::uint64_t k, std::uint64_t n, double alpha);

enum class Side { Below, Above, Unknown };
// On which side of p the true rate lies, if that is settled at level alpha. Agrees with rateBounds at the same alpha
// and costs no search.
Side sideOfRate(std::uint64_t k, std::uint64_t n, double p, double alpha);

enum class Lean { First, Second, Neither };
// Whether one of two discordant outcomes (`first` and `second` of n) prevails: its share of n is above the margin and
// it is the likelier of the two, both at level alpha. Either null hypothesis keeps the error within alpha, for
// both have to be refuted.
Lean leanOf(std::uint64_t first, std::uint64_t second, std::uint64_t n, double margin, double alpha);

} // namespace gnomon::stats
