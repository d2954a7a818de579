// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/prove.h"

#include <algorithm>
#include <bit>

namespace gnomon::merkle {

namespace {

// The largest power of two below n (n > 1): where RFC 6962 splits a tree of n leaves.
std::uint64_t splitOf(std::uint64_t n) {
    return std::bit_ceil(n) / 2;
}

} // namespace

// Both walk from the root down to where the RFC's recursion ends and note the sibling of every step; the path is then
// read from the bottom up.
Result<std::vector<Digest>> proveInclusion(std::uint64_t index, std::uint64_t size, const SubtreeReader& read) {
    if (index >= size) {
        return Error{ErrorCode::InvalidArgument,
                     "record " + std::to_string(index) + " is not in a tree of " + std::to_string(size)};
    }
    std::vector<Digest> path;
    for (std::uint64_t begin = 0, end = size; end - begin > 1;) {
        const std::uint64_t middle = begin + splitOf(end - begin);
        const bool left = index < middle;
        GNOMON_ASSIGN(const Digest sibling, left ? rangeRoot(middle, end, read) : rangeRoot(begin, middle, read));
        path.push_back(sibling);
        (left ? end : begin) = middle;
    }
    std::reverse(path.begin(), path.end());
    return path;
}

Result<std::vector<Digest>> proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, const SubtreeReader& read) {
    if (oldSize > newSize) {
        return Error{ErrorCode::InvalidArgument,
                     "a tree of " + std::to_string(newSize) + " cannot contain the first " + std::to_string(oldSize)};
    }
    std::vector<Digest> path;
    if (oldSize == 0 || oldSize == newSize) {
        return path;
    }
    std::uint64_t begin = 0;
    std::uint64_t end = newSize;
    while (end != oldSize) {
        const std::uint64_t middle = begin + splitOf(end - begin);
        const bool left = oldSize <= middle;
        GNOMON_ASSIGN(const Digest sibling, left ? rangeRoot(middle, end, read) : rangeRoot(begin, middle, read));
        path.push_back(sibling);
        (left ? end : begin) = middle;
    }
    if (begin > 0) { // else the checker has this hash already: it is the old root
        GNOMON_ASSIGN(const Digest shared, rangeRoot(begin, end, read));
        path.push_back(shared);
    }
    std::reverse(path.begin(), path.end());
    return path;
}

} // namespace gnomon::merkle
