// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence from counts that stays valid however often somebody looks, and that may be looked at after every pair.
//
// The e-value is the likelihood ratio of "the rate is p" against a mixture over all rates, Beta(1, 1/tunedFor). As a
// process in n it is a non-negative martingale when the rate is p, whatever the mixture, so by Ville's inequality the
// chance that it ever reaches 1/alpha is at most alpha. tunedFor = 1 is the uniform mixture. A small tunedFor, fixed
// beforehand, makes the interval tighter for rates about as small, and wider for much larger ones. Sources: Ville 1939;
// Robbins 1970 (confidence sequences from mixtures); Johari, Koomen, Pekelis, Walsh 2017 (always valid inference);
// Lindon and Malek, arXiv 2205.14762 (counts in canary tests).
#pragma once

#include <cstdint>

namespace gnomon::stats {

struct Bounds {
    double low = 0;
    double high = 1;

    bool operator==(const Bounds&) const = default;
};

// Natural logarithm of the e-value against "the rate is p", after k of n, with b = 1/tunedFor:
// ln B(k+1, n-k+b) + ln b - k ln p - (n-k) ln(1-p). REQUIRES k <= n, 0 < p < 1, 0 < tunedFor <= 1.
double rateLogE(std::uint64_t k, std::uint64_t n, double p, double tunedFor = 1);

// The same against "flips are as likely one way as the other" (an exact McNemar test): p = 1/2 after b of b + c.
double flipLogE(std::uint64_t b, std::uint64_t c);

// Every rate that is not refuted at level alpha: the confidence sequence that goes with rateLogE. With probability
// 1 - alpha the true rate lies within it at all n at once. [0, 1] for n = 0.
Bounds rateBounds(std::uint64_t k, std::uint64_t n, double alpha, double tunedFor = 1);

enum class Side { Below, Above, Unknown };
// On which side of p the true rate lies, if that is settled at level alpha. Agrees with rateBounds of the same alpha
// and mixture, and costs no search.
Side sideOfRate(std::uint64_t k, std::uint64_t n, double p, double alpha, double tunedFor = 1);

enum class Lean { First, Second, Neither };
// Whether one of two discordant outcomes (`first` and `second` of n) prevails: its share of n is above the margin and
// it is the likelier of the two, both at level alpha. Either null hypothesis keeps the error within alpha, for
// both have to be refuted.
Lean leanOf(std::uint64_t first, std::uint64_t second, std::uint64_t n, double margin, double alpha);

} // namespace gnomon::stats
