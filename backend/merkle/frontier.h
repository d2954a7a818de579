// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <cstdint>
#include <vector>

namespace gnomon::merkle {

// The right edge of a growing tree: the roots of its complete subtrees, largest first. Enough to append and to know
// the root, in memory that grows with the logarithm of the size. A value; not thread-safe.
class Frontier {
public:
    std::uint64_t size() const { return m_size; }
    Digest root() const;

    // ended: takes the roots of the complete subtrees that end with this leaf, of 1, 2, 4 ... leaves.
    void append(const Digest& leaf, std::vector<Digest>* ended = nullptr) { appendSubtree(leaf, 0, ended); }
    // Appends a complete subtree of 2^level leaves. REQUIRES: size() is a multiple of 2^level.
    void appendSubtree(const Digest& subtreeRoot, unsigned level, std::vector<Digest>* ended = nullptr);

    bool operator==(const Frontier&) const = default;

private:
    std::vector<Digest> m_roots; // one per set bit of m_size
    std::uint64_t m_size = 0;
};

} // namespace gnomon::merkle
