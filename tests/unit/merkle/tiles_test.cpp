// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/hash.h"
#include "backend/merkle/tiles.h"

#include <gtest/gtest.h>

namespace gnomon::merkle {
namespace {

Digest leafAt(std::uint64_t i) {
    return leafHash(toBytes(std::to_string(i)));
}

TEST(MerkleTiles, aTileIsGivenOutWhenItIsFullAndFeedsTheLevelAbove) {
    TileTree tree;
    std::vector<Tile> full;
    for (std::uint64_t i = 0; i < 255; ++i) {
        tree.append(leafAt(i), full);
    }
    EXPECT_TRUE(full.empty());
    tree.append(leafAt(255), full);
    ASSERT_EQ(full.size(), 1u);
    EXPECT_EQ(full[0].level, 0u);
    EXPECT_EQ(full[0].index, 0u);
    EXPECT_EQ(full[0].hashes[255], leafAt(255));
    ASSERT_EQ(tree.partial(1).size(), 1u);
    EXPECT_EQ(tree.partial(1)[0], tree.root());
    EXPECT_TRUE(tree.partial(0).empty());
}

TEST(MerkleTiles, theSecondLevelFillsAt65536) {
    TileTree tree;
    std::vector<Tile> full;
    for (std::uint64_t i = 0; i < 65536; ++i) {
        tree.append(leafAt(i), full);
    }
    ASSERT_EQ(full.size(), 257u);
    EXPECT_EQ(full[255].level, 0u);
    EXPECT_EQ(full[255].index, 255u);
    EXPECT_EQ(full[256].level, 1u);
    EXPECT_EQ(full[256].index, 0u);
    EXPECT_EQ(tree.partial(2)[0], tree.root());
}

TEST(MerkleTiles, restoringGivesTheSameTree) {
    TileTree tree;
    std::vector<Tile> full;
    for (std::uint64_t i = 0; i < 1500; ++i) {
        const Result<TileTree> restored = TileTree::restore(tree.size(), tree.packPartial());
        ASSERT_TRUE(restored.ok()) << i;
        EXPECT_EQ(restored->root(), tree.root()) << i;
        EXPECT_EQ(restored->packPartial(), tree.packPartial()) << i;
        tree.append(leafAt(i), full);
    }
}

TEST(MerkleTiles, partialHashesThatDoNotFitTheSizeAreRefused) {
    TileTree tree;
    std::vector<Tile> full;
    for (std::uint64_t i = 0; i < 300; ++i) {
        tree.append(leafAt(i), full);
    }
    Bytes packed = tree.packPartial();
    EXPECT_FALSE(TileTree::restore(299, packed).ok());
    EXPECT_FALSE(TileTree::restore(301, packed).ok());
    packed.pop_back();
    EXPECT_FALSE(TileTree::restore(300, packed).ok());
    packed.resize(packed.size() - 31);
    EXPECT_FALSE(TileTree::restore(300, packed).ok());
}

} // namespace
} // namespace gnomon::merkle
