// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/cbor_reader.h"

#include <limits>

namespace gnomon::proof {

namespace {

constexpr std::uint8_t kFalse = 0xf4;
constexpr std::uint8_t kTrue = 0xf5;
constexpr std::uint8_t kNull = 0xf6;

} // namespace

void CborReader::fail(std::string_view why) {
    if (ok()) {
        m_why = why;
    }
}

ByteView CborReader::take(std::uint64_t count) {
    if (!ok()) {
        return {};
    }
    if (count > m_bytes.size() - m_position) {
        fail("it ends too early");
        m_cutShort = true;
        return {};
    }
    const ByteView taken = m_bytes.subspan(m_position, count);
    m_position += count;
    return taken;
}

// The argument of an item of that major type.
std::uint64_t CborReader::head(unsigned major, std::string_view what) {
    const ByteView first = take(1);
    if (first.empty()) {
        return 0;
    }
    const unsigned info = first[0] & 31u;
    if (unsigned{first[0]} >> 5 != major) {
        fail("expected " + std::string(what));
        return 0;
    }
    if (info < 24) {
        return info;
    }
    if (info > 27) {
        fail("a length is indefinite or reserved");
        return 0;
    }
    const unsigned size = 1u << (info - 24);
    std::uint64_t argument = 0;
    for (const std::uint8_t byte : take(size)) {
        argument = (argument << 8) | byte;
    }
    const std::uint64_t smallest = size == 1 ? 24 : std::uint64_t{1} << (size * 4);
    if (ok() && argument < smallest) {
        fail("a number is not in its shortest form");
    }
    return ok() ? argument : 0;
}

std::uint64_t CborReader::number(std::uint64_t most) {
    const std::uint64_t value = head(0, "a number");
    if (value > most) {
        fail("a number is larger than it may be");
        return 0;
    }
    return value;
}

std::int64_t CborReader::integer() {
    const bool negative = ok() && m_position < m_bytes.size() && m_bytes[m_position] >> 5 == 1;
    const std::uint64_t value = head(negative ? 1 : 0, "a number");
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail("a number is larger than it may be");
        return 0;
    }
    return negative ? -1 - static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

ByteView CborReader::bytes(std::size_t most) {
    const std::uint64_t size = head(2, "a byte string");
    if (size > most) {
        fail("a byte string is longer than it may be");
    }
    return take(size);
}

std::string_view CborReader::text(std::size_t most) {
    const std::uint64_t size = head(3, "text");
    if (size > most) {
        fail("a text is longer than it may be");
    }
    const std::string_view text = asText(take(size));
    if (!isUtf8(text)) {
        fail("a text is not UTF-8");
        return {};
    }
    return text;
}

bool CborReader::boolean() {
    const ByteView byte = take(1);
    if (!byte.empty() && byte[0] != kFalse && byte[0] != kTrue) {
        fail("expected true or false");
    }
    return ok() && byte[0] == kTrue;
}

bool CborReader::null() {
    if (!ok() || m_position == m_bytes.size() || m_bytes[m_position] != kNull) {
        return false;
    }
    ++m_position;
    return true;
}

std::size_t CborReader::array(std::size_t most) {
    const std::uint64_t count = head(4, "a list");
    if (count > most) {
        fail("a list is longer than it may be");
        return 0;
    }
    if (count > m_bytes.size() - m_position) {
        take(count); // each item needs a byte: fails as cut short
        return 0;
    }
    return count;
}

void CborReader::arrayOf(std::size_t count) {
    if (head(4, "a list") != count) {
        fail("a list has another length than it must have");
    }
}

void CborReader::mapOf(std::size_t count) {
    if (head(5, "a map") != count) {
        fail("a map has other keys than it must have");
    }
}

void CborReader::key(std::uint64_t expected) {
    if (head(0, "a key") != expected) {
        fail("a map has other keys than it must have, or not in order");
    }
}

Status CborReader::status() const {
    if (!ok()) {
        return Error{ErrorCode::Corrupt, "not canonical: " + m_why + ", at byte " + std::to_string(m_position)};
    }
    return {};
}

Status CborReader::finish() {
    if (ok() && m_position != m_bytes.size()) {
        fail("something follows its end");
    }
    return status();
}

} // namespace gnomon::proof
