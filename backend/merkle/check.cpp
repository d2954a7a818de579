// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/check.h"
#include "backend/merkle/hash.h"

#include <bit>

namespace gnomon::merkle {

namespace {

Error refused(const char* why) {
    return {ErrorCode::Corrupt, why};
}

} // namespace

Status checkInclusion(const Digest& leaf, LeafPosition position, std::span<const Digest> path, const Digest& root) {
    if (position.index >= position.size) {
        return refused("inclusion proof is for a record outside its tree");
    }
    std::uint64_t node = position.index;
    std::uint64_t last = position.size - 1;
    Digest hash = leaf;
    for (const Digest& sibling : path) {
        if (last == 0) {
            return refused("inclusion proof is too long");
        }
        if ((node & 1) != 0 || node == last) {
            hash = nodeHash(sibling, hash);
            // On the right edge the levels at which there is no sibling are skipped.
            const int skip = node == 0 ? 0 : std::countr_zero(node);
            node >>= skip;
            last >>= skip;
        } else {
            hash = nodeHash(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) {
        return refused("inclusion proof is too short");
    }
    if (hash != root) {
        return refused("inclusion proof does not lead to the root");
    }
    return {};
}

Status checkConsistency(const TreeHead& older, const TreeHead& newer, std::span<const Digest> path) {
    if (older.size > newer.size) {
        return refused("the log has become smaller");
    }
    if (older.size == newer.size) {
        return !path.empty()              ? refused("consistency proof between equal sizes is not empty")
               : older.root == newer.root ? Status{}
                                          : refused("two different roots at the same size");
    }
    if (older.size == 0) {
        return !path.empty()               ? refused("consistency proof from the empty log is not empty")
               : older.root == emptyRoot() ? Status{}
                                           : refused("the empty log has another root");
    }
    // The path starts at the largest complete subtree that ends where the older tree ends. When that is the whole
    // older tree, its root is not repeated in the path.
    const bool whole = std::has_single_bit(older.size);
    if (path.empty()) {
        return refused("consistency proof is too short");
    }
    const int start = std::countr_zero(older.size);
    std::uint64_t node = (older.size - 1) >> start;
    std::uint64_t last = (newer.size - 1) >> start;
    Digest oldHash = whole ? older.root : path.front();
    Digest newHash = oldHash;
    for (const Digest& sibling : path.subspan(whole ? 0 : 1)) {
        if (last == 0) {
            return refused("consistency proof is too long");
        }
        if ((node & 1) != 0 || node == last) {
            oldHash = nodeHash(sibling, oldHash);
            newHash = nodeHash(sibling, newHash);
            const int skip = node == 0 ? 0 : std::countr_zero(node);
            node >>= skip;
            last >>= skip;
        } else {
            newHash = nodeHash(newHash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0) {
        return refused("consistency proof is too short");
    }
    if (oldHash != older.root) {
        return refused("consistency proof does not lead to the older root");
    }
    if (newHash != newer.root) {
        return refused("consistency proof does not lead to the newer root");
    }
    return {};
}

} // namespace gnomon::merkle
