// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

namespace gnomon::proof {

// Reads deterministic CBOR from bytes that may be anything. The caller says what must come next, so that nothing is
// ever skipped, nested deeper or made larger than it asked for. After the first failure every read gives zero or
// empty; the caller reads a whole structure and asks finish() once. Refuses what is not the shortest encoding,
// indefinite lengths, tags, floating point and text that is not UTF-8: one meaning has one encoding.
// Views point into the bytes. Not thread-safe.
class CborReader {
public:
    explicit CborReader(ByteView bytes) : m_bytes(bytes) {}

    std::uint64_t number(std::uint64_t most = ~std::uint64_t{0});
    std::int64_t integer();
    ByteView bytes(std::size_t most);
    std::string_view text(std::size_t most);
    bool boolean();
    // Consumes a null, or consumes nothing.
    bool null();
    // How many items follow; at most `most`, and no more than there are bytes left.
    std::size_t array(std::size_t most);
    void arrayOf(std::size_t count);
    // A map of exactly `count` entries, whose keys the caller then reads with key(0), key(1), ... in ascending order.
    void mapOf(std::size_t count);
    void key(std::uint64_t expected);

    // Makes the whole structure invalid, for rules that the caller checks.
    void fail(std::string_view why);
    bool ok() const { return m_why.empty(); }
    std::size_t position() const { return m_position; }
    // True when the failure was that the bytes ended too early: with more of them it may succeed.
    bool cutShort() const { return m_cutShort; }
    // Corrupt, with reason and position, when anything failed.
    Status status() const;
    // status(), and every byte was read.
    Status finish();

private:
    std::uint64_t head(unsigned major, std::string_view what);
    ByteView take(std::uint64_t count);

    ByteView m_bytes;
    std::size_t m_position = 0;
    std::string m_why;
    bool m_cutShort = false;
};

} // namespace gnomon::proof
