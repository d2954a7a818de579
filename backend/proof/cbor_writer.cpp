// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/cbor_writer.h"

namespace gnomon::proof {

void CborWriter::head(unsigned major, std::uint64_t argument) {
    const auto type = static_cast<std::uint8_t>(major << 5);
    if (argument < 24) {
        m_bytes.push_back(static_cast<std::uint8_t>(type | argument));
        return;
    }
    const unsigned size = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
    m_bytes.push_back(static_cast<std::uint8_t>(type | (24 + size)));
    for (unsigned shift = 8u << size; shift > 0;) {
        shift -= 8;
        m_bytes.push_back(static_cast<std::uint8_t>(argument >> shift));
    }
}

void CborWriter::integer(std::int64_t value) {
    if (value >= 0) {
        head(0, static_cast<std::uint64_t>(value));
    } else {
        head(1, ~static_cast<std::uint64_t>(value)); // -1 - value, without overflow
    }
}

void CborWriter::bytes(ByteView value) {
    head(2, value.size());
    m_bytes.insert(m_bytes.end(), value.begin(), value.end());
}

void CborWriter::text(std::string_view value) {
    m_ok = m_ok && isUtf8(value);
    head(3, value.size());
    m_bytes.insert(m_bytes.end(), value.begin(), value.end());
}

Result<Bytes> CborWriter::finish() && {
    if (!m_ok) {
        return Error{ErrorCode::InvalidArgument, "text that is to be encoded is not UTF-8"};
    }
    return std::move(m_bytes);
}

} // namespace gnomon::proof
