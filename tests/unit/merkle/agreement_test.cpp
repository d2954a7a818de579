// SPDX-License-Identifier: GPL-3.0-or-later
// backend/merkle against the RFC's own recursive definitions.
#include "backend/merkle/check.h"
#include "backend/merkle/frontier.h"
#include "backend/merkle/hash.h"
#include "backend/merkle/prove.h"
#include "backend/merkle/tiles.h"
#include "tests/unit/merkle/definition_tree.h"

#include <gtest/gtest.h>

#include <random>

namespace gnomon::merkle {
namespace {

using test::DefinitionTree;

Bytes entryAt(std::uint64_t i) {
    Bytes entry = toBytes("entry " + std::to_string(i));
    entry.resize(entry.size() + i % 7, static_cast<std::uint8_t>(i));
    return entry;
}

// A tree in tiles together with the entries that it was made from.
struct Both {
    explicit Both(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            entries.push_back(entryAt(i));
            tree.append(leafHash(entries.back()), full);
        }
    }
    SubtreeReader reader() const {
        return tree.reader([this](unsigned level, std::uint64_t index) -> Result<std::vector<Digest>> {
            for (const Tile& tile : full) {
                if (tile.level == level && tile.index == index) {
                    return tile.hashes;
                }
            }
            return Error{ErrorCode::NotFound, "no such tile"};
        });
    }
    DefinitionTree::List first(std::size_t n) const { return DefinitionTree::slice(entries, 0, n); }

    DefinitionTree::List entries;
    std::vector<Tile> full;
    TileTree tree;
};

constexpr std::size_t kSmall = 130;

TEST(MerkleAgreement, everyRootUpTo130) {
    const Both both(kSmall);
    Frontier frontier;
    for (std::size_t n = 0; n <= kSmall; ++n) {
        const Digest expected = DefinitionTree::mth(both.first(n));
        EXPECT_EQ(frontier.root(), expected) << n;
        EXPECT_EQ(treeRoot(n, both.reader()).value(), expected) << n;
        if (n < kSmall) {
            frontier.append(leafHash(both.entries[n]));
        }
    }
}

TEST(MerkleAgreement, everyInclusionProofUpTo130) {
    const Both both(kSmall);
    for (std::size_t n = 1; n <= kSmall; ++n) {
        const DefinitionTree::List list = both.first(n);
        const Digest root = DefinitionTree::mth(list);
        for (std::size_t i = 0; i<n; i += n> 70 ? 3 : 1) {
            const std::vector<Digest> made = proveInclusion(i, n, both.reader()).value();
            ASSERT_EQ(made, DefinitionTree::path(i, list)) << i << " of " << n;
            ASSERT_TRUE(checkInclusion(leafHash(list[i]), {i, n}, made, root).ok()) << i << " of " << n;
        }
    }
}

TEST(MerkleAgreement, everyConsistencyProofUpTo130) {
    const Both both(kSmall);
    std::vector<Digest> roots;
    for (std::size_t n = 0; n <= kSmall; ++n) {
        roots.push_back(DefinitionTree::mth(both.first(n)));
    }
    for (std::size_t n = 1; n <= kSmall; ++n) {
        const DefinitionTree::List list = both.first(n);
        for (std::size_t m = 1; m <= n; ++m) {
            const std::vector<Digest> made = proveConsistency(m, n, both.reader()).value();
            ASSERT_EQ(made, DefinitionTree::proof(m, list)) << m << " to " << n;
            ASSERT_TRUE(checkConsistency({m, roots[m]}, {n, roots[n]}, made).ok()) << m << " to " << n;
        }
        EXPECT_TRUE(checkConsistency({0, roots[0]}, {n, roots[n]}, {}).ok());
    }
}

TEST(MerkleAgreement, randomPairsInALargeTree) {
    constexpr std::size_t size = 70'000; // three levels of tiles
    const Both both(size);
    std::mt19937_64 random(1);
    for (int round = 0; round < 12; ++round) {
        const std::size_t n = 1 + random() % size;
        const std::size_t i = random() % n;
        const DefinitionTree::List list = both.first(n);
        EXPECT_EQ(proveInclusion(i, n, both.reader()).value(), DefinitionTree::path(i, list)) << i << " of " << n;
        EXPECT_EQ(proveConsistency(i + 1, n, both.reader()).value(), DefinitionTree::proof(i + 1, list))
            << i + 1 << " to " << n;
    }
}

TEST(MerkleAgreement, proofsCheckInALargeTree) {
    constexpr std::size_t size = 70'000;
    const Both both(size);
    std::mt19937_64 random(2);
    for (int round = 0; round < 300; ++round) {
        const std::uint64_t n = 1 + random() % size;
        const std::uint64_t m = 1 + random() % n;
        const Digest oldRoot = treeRoot(m, both.reader()).value();
        const Digest newRoot = treeRoot(n, both.reader()).value();
        EXPECT_TRUE(checkConsistency({m, oldRoot}, {n, newRoot}, proveConsistency(m, n, both.reader()).value()).ok());
        EXPECT_TRUE(checkInclusion(leafHash(both.entries[m - 1]), {m - 1, n},
                                   proveInclusion(m - 1, n, both.reader()).value(), newRoot)
                        .ok());
    }
}

// Every way to spoil a list of hashes by one step.
std::vector<std::vector<Digest>> spoiled(const std::vector<Digest>& path, std::mt19937_64& random) {
    std::vector<std::vector<Digest>> all;
    for (std::size_t i = 0; i < path.size(); ++i) {
        all.push_back(path);
        all.back()[i].bytes[random() % 32] ^= static_cast<std::uint8_t>(1u << random() % 8);
        all.push_back(path);
        all.back().erase(all.back().begin() + static_cast<std::ptrdiff_t>(i));
        all.push_back(path);
        all.back().insert(all.back().begin() + static_cast<std::ptrdiff_t>(i), path[i]);
        if (i > 0) {
            all.push_back(path);
            std::swap(all.back()[i - 1], all.back()[i]);
        }
    }
    all.push_back(path);
    all.back().emplace_back();
    return all;
}

TEST(MerkleForgery, spoiledInclusionProofsAreRefused) {
    const Both both(kSmall);
    std::mt19937_64 random(3);
    for (std::uint64_t n = 1; n <= kSmall; ++n) {
        const Digest root = treeRoot(n, both.reader()).value();
        const std::uint64_t i = random() % n;
        const Digest leaf = leafHash(both.entries[i]);
        const std::vector<Digest> path = proveInclusion(i, n, both.reader()).value();
        for (const std::vector<Digest>& bad : spoiled(path, random)) {
            EXPECT_FALSE(checkInclusion(leaf, {i, n}, bad, root).ok()) << i << " of " << n;
        }
        EXPECT_FALSE(checkInclusion(leafHash(both.entries[(i + 1) % kSmall]), {i, n}, path, root).ok());
        EXPECT_FALSE(checkInclusion(leaf, {n, n}, path, root).ok());
        for (std::uint64_t other = 0; other < n; ++other) {
            EXPECT_EQ(checkInclusion(leaf, {other, n}, path, root).ok(), other == i) << other << " of " << n;
        }
    }
}

TEST(MerkleForgery, spoiledConsistencyProofsAreRefused) {
    const Both both(kSmall);
    std::mt19937_64 random(4);
    for (std::uint64_t n = 2; n <= kSmall; ++n) {
        const std::uint64_t m = 1 + random() % (n - 1);
        const TreeHead older{m, treeRoot(m, both.reader()).value()};
        const TreeHead newer{n, treeRoot(n, both.reader()).value()};
        const std::vector<Digest> path = proveConsistency(m, n, both.reader()).value();
        for (const std::vector<Digest>& bad : spoiled(path, random)) {
            EXPECT_FALSE(checkConsistency(older, newer, bad).ok()) << m << " to " << n;
        }
        TreeHead otherOld = older;
        otherOld.root.bytes[0] ^= 1;
        EXPECT_FALSE(checkConsistency(otherOld, newer, path).ok());
        TreeHead otherNew = newer;
        otherNew.root.bytes[31] ^= 1;
        EXPECT_FALSE(checkConsistency(older, otherNew, path).ok());
        EXPECT_FALSE(checkConsistency(newer, older, path).ok()) << "a log never shrinks";
    }
}

TEST(MerkleForgery, aNodeNeverPassesForALeaf) {
    const Both both(2);
    Bytes inner = packDigests(both.tree.partial(0));
    EXPECT_NE(leafHash(inner), both.tree.root());
}

TEST(MerkleProve, requestsOutsideTheTreeAreRefused) {
    const Both both(5);
    EXPECT_EQ(proveInclusion(5, 5, both.reader()).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(proveInclusion(0, 6, both.reader()).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(proveConsistency(6, 5, both.reader()).error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(proveConsistency(1, 6, both.reader()).error().code, ErrorCode::InvalidArgument);
}

} // namespace
} // namespace gnomon::merkle
