// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace gnomon {

// Writes values one after the other: whole numbers as base-128 varints, floating point as eight little-endian bytes,
// text and bytes behind their length. For private files (a saved monitor, a recorded payload). It has no canonical
// form, so nothing that is hashed or signed is written with it. Not thread-safe.
class ByteWriter {
public:
    void byte(std::uint8_t value) { m_bytes.push_back(value); }
    void number(std::uint64_t value);
    void signedNumber(std::int64_t value);
    void fixed(std::uint64_t value); // eight bytes, for what is no small number
    void real(double value);
    void bytes(ByteView value);
    void text(std::string_view value) { bytes(asBytes(value)); }

    ByteView view() const { return m_bytes; }
    Bytes take() && { return std::move(m_bytes); }

private:
    Bytes m_bytes;
};

// Reads what ByteWriter wrote, from bytes that may be anything. A value that is cut short or too large reads as zero
// or empty, and from then on ok() is false and every further value is zero or empty too: a caller reads a whole
// structure and asks once. The bytes must outlive the reader. Not thread-safe.
class ByteReader {
public:
    explicit ByteReader(ByteView bytes) : m_rest(bytes) {}

    std::uint8_t byte();
    std::uint64_t number();
    // A number that says how many items follow: more than `most`, or more than there are bytes left, is a failure.
    std::size_t count(std::size_t most);
    // A number that is an enumerator or a small code: more than `most` is a failure.
    unsigned upTo(unsigned most);
    std::int64_t signedNumber();
    std::uint64_t fixed();
    double real();
    ByteView bytes();
    std::string text() { return std::string(asText(bytes())); }

    void fail() { m_ok = false; }
    bool ok() const { return m_ok; }
    // Everything was read and nothing failed.
    bool finished() const { return m_ok && m_rest.empty(); }

private:
    ByteView m_rest;
    bool m_ok = true;
};

} // namespace gnomon
