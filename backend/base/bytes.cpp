// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/bytes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace gnomon {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hexValue(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return -1;
}

// Length of the UTF-8 sequence at the front of text and its code point, or 0 when it is not well formed.
std::size_t decodeUtf8(std::string_view text, std::uint32_t& codePoint) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80         ? 1
                               : (lead >> 5) == 6  ? 2
                               : (lead >> 4) == 14 ? 3
                               : (lead >> 3) == 30 ? 4
                                                   : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    constexpr std::uint8_t kLeadMask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    codePoint = lead & kLeadMask[length];
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return 0;
        }
        codePoint = (codePoint << 6) | (byte(i) & 0x3f);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    return codePoint < kSmallest[length] || codePoint > 0x10ffff || surrogate ? 0 : length;
}

// How many bytes at the front are visible ASCII, or fewer: what most texts are, eight at a time.
std::size_t plainPrefix(std::string_view text) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    std::size_t at = 0;
    for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        const std::uint64_t control = eight - 0x20 * kEach; // borrows into the high bit of a byte below 0x20
        const std::uint64_t beyond = eight + kEach;         // carries into that of 0x7f
        if (((eight | control | beyond) & (0x80 * kEach)) != 0) {
            return at;
        }
    }
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7f) {
        ++at;
    }
    return at;
}

// Controls, marks of direction, and whatever takes no room: it would make two different texts look the same.
bool isHidden(std::uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x061c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

} // namespace

ByteView asBytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes toBytes(std::string_view text) {
    const ByteView view = asBytes(text);
    return {view.begin(), view.end()};
}

std::string toHex(ByteView bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const std::uint8_t b : bytes) {
        hex.push_back(kHexDigits[b >> 4]);
        hex.push_back(kHexDigits[b & 15]);
    }
    return hex;
}

std::string toHex(const Digest& digest) {
    return toHex(ByteView(digest.bytes));
}

Result<Bytes> fromHex(std::string_view hex) {
    if (hex.size() % 2 != 0) {
        return Error{ErrorCode::InvalidArgument, "hexadecimal text has an odd number of digits"};
    }
    Bytes bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hexValue(hex[i]);
        const int low = hexValue(hex[i + 1]);
        if (high < 0 || low < 0) {
            return Error{ErrorCode::InvalidArgument, "hexadecimal text has a character outside 0-9 and a-f"};
        }
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

Result<Digest> digestFromHex(std::string_view hex) {
    GNOMON_ASSIGN(const Bytes bytes, fromHex(hex));
    Digest digest;
    if (bytes.size() != digest.bytes.size()) {
        return Error{ErrorCode::InvalidArgument, "a SHA-256 digest has 64 hexadecimal digits"};
    }
    std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
    return digest;
}

std::string toBase64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8) | (j < have ? bytes[i + j] : 0u);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text.push_back(j <= have ? kBase64Alphabet[(group >> (18 - 6 * j)) & 63] : '=');
        }
    }
    return text;
}

Result<Bytes> fromBase64(std::string_view text) {
    const Error bad{ErrorCode::InvalidArgument, "text is not standard base64"};
    if (text.size() % 4 != 0) {
        return bad;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        std::size_t padding = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const char c = text[i + j];
            const bool last = i + 4 == text.size();
            if (c == '=' && last && j >= 2) {
                ++padding;
                group <<= 6;
                continue;
            }
            const std::size_t value = kBase64Alphabet.find(c);
            if (value == std::string_view::npos || padding > 0) {
                return bad;
            }
            group = (group << 6) | static_cast<std::uint32_t>(value);
        }
        for (std::size_t j = 0; j < 3 - padding; ++j) {
            bytes.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * j)));
        }
        // Bits that the padding hides must be zero, or two texts would mean the same bytes.
        if (padding > 0 && (group & ((1u << (8 * padding)) - 1)) != 0) {
            return bad;
        }
    }
    return bytes;
}

bool isUtf8(std::string_view text) {
    std::uint32_t codePoint = 0;
    text.remove_prefix(plainPrefix(text));
    while (!text.empty()) {
        const std::size_t length = decodeUtf8(text, codePoint);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

Digest sha256(ByteView bytes) {
    Digest digest;
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.bytes.data(), &length, EVP_sha256(), nullptr);
    return digest;
}

std::string printable(std::string_view text, std::size_t maxBytes) {
    std::string safe(text.substr(0, std::min(plainPrefix(text), maxBytes)));
    text.remove_prefix(safe.size());
    while (!text.empty()) {
        std::uint32_t codePoint = 0;
        const std::size_t length = decodeUtf8(text, codePoint);
        char escaped[16];
        std::string_view piece;
        if (length == 0) {
            std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<std::uint8_t>(text[0]));
            piece = escaped;
        } else if (isHidden(codePoint)) {
            std::snprintf(escaped, sizeof escaped, "\\u{%04x}", codePoint);
            piece = escaped;
        } else {
            piece = text.substr(0, length);
        }
        if (safe.size() + piece.size() > maxBytes) {
            return safe + "...";
        }
        safe += piece;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return safe;
}

void keepPrintable(std::string& text, std::size_t maxBytes) {
    if (text.size() > maxBytes || plainPrefix(text) < text.size()) {
        text = printable(text, maxBytes);
    }
}

} // namespace gnomon
