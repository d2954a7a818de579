// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as people read them in the reasons of a verdict. Private to backend/monitor.
#pragma once

#include <cstdint>
#include <string>

namespace gnomon::monitor {

std::string countText(std::uint64_t count);                      // "182 440"
std::string percentText(double share);                           // "3.9 %"
std::string percentRange(double share, double low, double high); // "3.9 % (3.7 to 4.1)"
std::string signedText(double value);                            // "+0.0130"
std::string plainText(double value);                             // "0.02"
std::string secondsText(double seconds);                         // "1.20 ms"
std::string notToldText(std::uint64_t samples);                  // "12 samples are not told yet"
std::string evidenceText(double log10E);                         // "E > 10^6"

} // namespace gnomon::monitor
