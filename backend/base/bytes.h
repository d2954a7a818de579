// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// SHA-256 output.
struct Digest {
    std::array<std::uint8_t, 32> bytes{};

    bool operator==(const Digest&) const = default;
    friend bool operator<(const Digest& a, const Digest& b) { return a.bytes < b.bytes; }
    bool isZero() const { return *this == Digest{}; }
};

ByteView asBytes(std::string_view text);
std::string_view asText(ByteView bytes);
Bytes toBytes(std::string_view text);

// Lower-case hexadecimal.
std::string toHex(ByteView bytes);
std::string toHex(const Digest& digest);
Result<Bytes> fromHex(std::string_view hex);
Result<Digest> digestFromHex(std::string_view hex);

// Standard alphabet with padding (RFC 4648 section 4); decoding refuses everything else, white space included.
std::string toBase64(ByteView bytes);
Result<Bytes> fromBase64(std::string_view text);

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool isUtf8(std::string_view text);

// SHA-256 of the bytes.
Digest sha256(ByteView bytes);

// Text that is safe on a terminal, in a log line and in a record: control characters, bidirectional marks and invalid
// UTF-8 become \xNN or \u{NNNN}; longer than maxBytes is cut with "...".
std::string printable(std::string_view text, std::size_t maxBytes = 256);
void keepPrintable(std::string& text, std::size_t maxBytes); // in place

} // namespace gnomon
