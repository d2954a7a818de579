// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/byte_codec.h"

#include <bit>

namespace gnomon {

void ByteWriter::number(std::uint64_t value) {
    while (value >= 0x80) {
        m_bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    m_bytes.push_back(static_cast<std::uint8_t>(value));
}

void ByteWriter::signedNumber(std::int64_t value) {
    // Small magnitudes of either sign become small numbers: 0, -1, 1, -2, ... -> 0, 1, 2, 3, ...
    const auto bits = static_cast<std::uint64_t>(value);
    number(value < 0 ? ~(bits << 1) : bits << 1);
}

void ByteWriter::fixed(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
        m_bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void ByteWriter::real(double value) {
    fixed(std::bit_cast<std::uint64_t>(value));
}

void ByteWriter::bytes(ByteView value) {
    number(value.size());
    m_bytes.insert(m_bytes.end(), value.begin(), value.end());
}

std::uint8_t ByteReader::byte() {
    if (!m_ok || m_rest.empty()) {
        m_ok = false;
        return 0;
    }
    const std::uint8_t value = m_rest.front();
    m_rest = m_rest.subspan(1);
    return value;
}

std::uint64_t ByteReader::number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const std::uint8_t part = byte();
        if (shift == 63 && part > 1) {
            break;
        }
        value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
        if (part < 0x80) {
            return m_ok ? value : 0;
        }
    }
    m_ok = false;
    return 0;
}

std::size_t ByteReader::count(std::size_t most) {
    const std::uint64_t value = number();
    if (value > most || value > m_rest.size()) {
        m_ok = false;
        return 0;
    }
    return static_cast<std::size_t>(value);
}

unsigned ByteReader::upTo(unsigned most) {
    const std::uint64_t value = number();
    if (value > most) {
        m_ok = false;
        return 0;
    }
    return static_cast<unsigned>(value);
}

std::int64_t ByteReader::signedNumber() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>((value & 1) != 0 ? ~(value >> 1) : value >> 1);
}

std::uint64_t ByteReader::fixed() {
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) {
        bits |= static_cast<std::uint64_t>(byte()) << shift;
    }
    return m_ok ? bits : 0;
}

double ByteReader::real() {
    return std::bit_cast<double>(fixed());
}

ByteView ByteReader::bytes() {
    const std::size_t size = count(m_rest.size());
    const ByteView value = m_rest.first(size);
    m_rest = m_rest.subspan(size);
    return value;
}

} // namespace gnomon
