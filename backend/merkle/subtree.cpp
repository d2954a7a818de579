// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/subtree.h"
#include "backend/base/check.h"
#include "backend/merkle/frontier.h"
#include "backend/merkle/hash.h"

#include <bit>

namespace gnomon::merkle {

Digest subtreeRoot(std::span<const Digest> hashes) {
    GNOMON_CHECK(std::has_single_bit(hashes.size())); // anything else is not a complete subtree
    std::vector<Digest> row(hashes.begin(), hashes.end());
    for (std::size_t width = row.size(); width > 1; width /= 2) {
        for (std::size_t i = 0; i < width / 2; ++i) {
            row[i] = nodeHash(row[2 * i], row[2 * i + 1]);
        }
    }
    return row.front();
}

Result<Digest> rangeRoot(std::uint64_t begin, std::uint64_t end, const SubtreeReader& read) {
    GNOMON_CHECK(begin < end && begin % std::bit_ceil(end - begin) == 0); // see the contract
    Frontier frontier;
    while (begin < end) {
        const unsigned level = static_cast<unsigned>(std::bit_width(end - begin) - 1);
        GNOMON_ASSIGN(const Digest subtree, read(level, begin >> level));
        frontier.appendSubtree(subtree, level);
        begin += std::uint64_t{1} << level;
    }
    return frontier.root();
}

Result<Digest> treeRoot(std::uint64_t size, const SubtreeReader& read) {
    if (size == 0) {
        return emptyRoot();
    }
    return rangeRoot(0, size, read);
}

} // namespace gnomon::merkle
