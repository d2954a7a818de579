// SPDX-License-Identifier: GPL-3.0-or-later
// The eight-entry tree that RFC 6962 implementations publish as their common test vectors.
#include "backend/merkle/check.h"
#include "backend/merkle/frontier.h"
#include "backend/merkle/hash.h"
#include "backend/merkle/prove.h"
#include "backend/merkle/tiles.h"

#include <gtest/gtest.h>

namespace gnomon::merkle {
namespace {

const std::vector<std::string> kEntries = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Digest digest(std::string_view hex) {
    return digestFromHex(hex).value();
}

// The tree of the first eight entries, as a reader of subtrees.
class VectorTree : public testing::Test {
protected:
    VectorTree() {
        for (const std::string& entry : kEntries) {
            m_tree.append(leafHash(fromHex(entry).value()), m_full);
        }
    }
    SubtreeReader reader() const {
        return m_tree.reader([](unsigned, std::uint64_t) -> Result<std::vector<Digest>> {
            return Error{ErrorCode::Internal, "eight entries fill no tile"};
        });
    }

    TileTree m_tree;
    std::vector<Tile> m_full;
};

TEST_F(VectorTree, rootsAreThePublishedOnes) {
    Frontier frontier;
    EXPECT_EQ(toHex(frontier.root()), kRoots[0]);
    for (std::size_t i = 0; i < kEntries.size(); ++i) {
        frontier.append(leafHash(fromHex(kEntries[i]).value()));
        EXPECT_EQ(toHex(frontier.root()), kRoots[i + 1]) << "after entry " << i;
    }
    EXPECT_EQ(toHex(m_tree.root()), kRoots[8]);
}

TEST_F(VectorTree, inclusionProofOfEntry5IsThePublishedOne) {
    const std::vector<Digest> expected = {digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
                                          digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                                          digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")};
    EXPECT_EQ(proveInclusion(5, 8, reader()).value(), expected);
    EXPECT_TRUE(checkInclusion(leafHash(fromHex(kEntries[5]).value()), {5, 8}, expected, digest(kRoots[8])).ok());
}

TEST_F(VectorTree, consistencyProofFrom6To8IsThePublishedOne) {
    const std::vector<Digest> expected = {digest("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                                          digest("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
                                          digest("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")};
    EXPECT_EQ(proveConsistency(6, 8, reader()).value(), expected);
    EXPECT_TRUE(checkConsistency({6, digest(kRoots[6])}, {8, digest(kRoots[8])}, expected).ok());
}

TEST_F(VectorTree, consistencyProofFrom2To5IsThePublishedOne) {
    const std::vector<Digest> expected = {digest("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
                                          digest("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")};
    EXPECT_EQ(proveConsistency(2, 5, reader()).value(), expected);
    EXPECT_TRUE(checkConsistency({2, digest(kRoots[2])}, {5, digest(kRoots[5])}, expected).ok());
}

} // namespace
} // namespace gnomon::merkle
