// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/monitor/words.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace gnomon::monitor {

namespace {

std::string fixed(double value, int digits) {
    std::array<char, 400> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return {text.data(), static_cast<std::size_t>(length)};
}

// So many digits that a small share does not read as zero.
int digitsFor(double percent) {
    return percent >= 1 || percent == 0 ? 1 : percent >= 0.1 ? 2 : 3;
}

} // namespace

std::string countText(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t i = text.size(); i > 3;) {
        i -= 3;
        text.insert(i, " ");
    }
    return text;
}

std::string percentText(double share) {
    return fixed(share * 100, digitsFor(share * 100)) + " %";
}

std::string percentRange(double share, double low, double high) {
    const int digits = digitsFor(high * 100);
    return fixed(share * 100, digits) + " % (" + fixed(low * 100, digits) + " to " + fixed(high * 100, digits) + ")";
}

std::string signedText(double value) {
    return (value < 0 ? "" : "+") + fixed(value, std::abs(value) >= 100 ? 1 : 4);
}

std::string plainText(double value) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%g", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string secondsText(double seconds) {
    if (seconds < 1e-3) {
        return fixed(seconds * 1e6, 0) + " µs";
    }
    return seconds < 1 ? fixed(seconds * 1e3, seconds < 0.1 ? 2 : 0) + " ms" : fixed(seconds, 2) + " s";
}

std::string notToldText(std::uint64_t samples) {
    return countText(samples) + (samples == 1 ? " sample is" : " samples are") + " not told yet";
}

std::string evidenceText(double log10E) {
    return log10E >= 2 ? "E > 10^" + std::to_string(static_cast<long>(log10E))
                       : "E = " + fixed(std::pow(10, log10E), 1);
}

} // namespace gnomon::monitor
