// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

namespace gnomon::proof {

// Writes deterministic CBOR (RFC 8949 section 4.2): shortest numbers, definite lengths. Has no floating point: nothing
// that is hashed or signed here holds any, and a double would have several meanings on several machines. The caller
// writes the keys of a map in ascending order and as many items as it announced. Not thread-safe.
class CborWriter {
public:
    explicit CborWriter(std::size_t expected = 0) { m_bytes.reserve(expected); }
    void number(std::uint64_t value) { head(0, value); }
    void integer(std::int64_t value);
    void bytes(ByteView value);
    void text(std::string_view value); // not UTF-8: finish() fails
    void boolean(bool value) { head(7, value ? 21 : 20); }
    void null() { head(7, 22); }
    void array(std::size_t count) { head(4, count); }
    void map(std::size_t count) { head(5, count); }
    void key(std::uint64_t key) { number(key); }

    // What was written, or InvalidArgument when it cannot be expressed. Call once, last.
    Result<Bytes> finish() &&;

private:
    void head(unsigned major, std::uint64_t argument);

    Bytes m_bytes;
    bool m_ok = true;
};

} // namespace gnomon::proof
