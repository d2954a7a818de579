// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/tiles.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>

namespace gnomon::merkle {

namespace {

// How many hashes a tree of `size` leaves has at a tile level.
std::uint64_t hashesAt(std::uint64_t size, unsigned level) {
    const unsigned shift = level * kTileHeight;
    return shift < 64 ? size >> shift : 0;
}

// The frontier of a tree, from its partial tiles: each splits into complete subtrees, largest first.
Frontier frontierOf(const std::vector<std::vector<Digest>>& partial) {
    Frontier frontier;
    for (std::size_t level = partial.size(); level-- > 0;) {
        std::span<const Digest> rest = partial[level];
        while (!rest.empty()) {
            const std::size_t count = std::bit_floor(rest.size());
            const auto height = static_cast<unsigned>(std::countr_zero(count));
            frontier.appendSubtree(subtreeRoot(rest.first(count)), static_cast<unsigned>(level) * kTileHeight + height);
            rest = rest.subspan(count);
        }
    }
    return frontier;
}

} // namespace

Bytes packDigests(std::span<const Digest> digests) {
    Bytes packed;
    packed.reserve(digests.size() * 32);
    for (const Digest& digest : digests) {
        packed.insert(packed.end(), digest.bytes.begin(), digest.bytes.end());
    }
    return packed;
}

Result<std::vector<Digest>> unpackDigests(ByteView bytes) {
    if (bytes.size() % 32 != 0) {
        return Error{ErrorCode::InvalidArgument, "packed hashes are cut short"};
    }
    std::vector<Digest> digests(bytes.size() / 32);
    for (std::size_t i = 0; i < digests.size(); ++i) {
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * 32), 32, digests[i].bytes.begin());
    }
    return digests;
}

Result<TileTree> TileTree::restore(std::uint64_t size, ByteView partial) {
    GNOMON_ASSIGN(const std::vector<Digest> hashes, unpackDigests(partial));
    TileTree tree;
    auto next = hashes.begin();
    for (unsigned level = 0; hashesAt(size, level) > 0; ++level) {
        const auto count = static_cast<std::ptrdiff_t>(hashesAt(size, level) % kTileWidth);
        if (hashes.end() - next < count) {
            break;
        }
        tree.m_partial.emplace_back(next, next + count);
        next += count;
    }
    tree.m_frontier = frontierOf(tree.m_partial);
    if (next != hashes.end() || tree.size() != size) {
        return Error{ErrorCode::InvalidArgument,
                     "the number of partial hashes does not fit a tree of " + std::to_string(size)};
    }
    return tree;
}

void TileTree::append(const Digest& leaf, std::vector<Tile>& full) {
    std::vector<Digest> ended;
    m_frontier.append(leaf, (size() + 1) % kTileWidth == 0 ? &ended : nullptr);
    Digest hash = leaf;
    for (unsigned level = 0;; ++level) {
        if (level == m_partial.size()) {
            m_partial.emplace_back();
        }
        std::vector<Digest>& row = m_partial[level];
        row.push_back(hash);
        if (row.size() < kTileWidth) {
            return;
        }
        hash = ended[(level + 1) * kTileHeight];
        full.push_back({level, hashesAt(size(), level + 1) - 1, std::move(row)});
        row.clear();
    }
}

std::span<const Digest> TileTree::partial(unsigned level) const {
    return level < m_partial.size() ? std::span<const Digest>(m_partial[level]) : std::span<const Digest>();
}

Bytes TileTree::packPartial() const {
    Bytes packed;
    for (const std::vector<Digest>& row : m_partial) {
        const Bytes bytes = packDigests(row);
        packed.insert(packed.end(), bytes.begin(), bytes.end());
    }
    return packed;
}

SubtreeReader TileTree::reader(TileReader full) const {
    using Key = std::pair<unsigned, std::uint64_t>;
    // Shared by the copies of the reader: neighbouring steps of a proof ask for the same tile.
    auto cache = std::make_shared<std::map<Key, std::vector<Digest>>>();
    return [this, full = std::move(full), cache](unsigned level, std::uint64_t index) -> Result<Digest> {
        const unsigned tileLevel = level / kTileHeight;
        const std::uint64_t count = std::uint64_t{1} << (level % kTileHeight);
        const std::uint64_t first = index * count;
        const std::uint64_t tile = first / kTileWidth;
        const std::size_t offset = first % kTileWidth;
        if (first + count > hashesAt(size(), tileLevel)) {
            return Error{ErrorCode::InvalidArgument, "asked for a subtree outside a tree of " + std::to_string(size())};
        }
        if (tile == hashesAt(size(), tileLevel) / kTileWidth) {
            return subtreeRoot(partial(tileLevel).subspan(offset, count));
        }
        auto found = cache->find({tileLevel, tile});
        if (found == cache->end()) {
            GNOMON_ASSIGN(std::vector<Digest> hashes, full(tileLevel, tile));
            if (hashes.size() != kTileWidth) {
                return Error{ErrorCode::Corrupt, "tile " + std::to_string(tileLevel) + "/" + std::to_string(tile) +
                                                     " does not hold 256 hashes"};
            }
            found = cache->emplace(Key{tileLevel, tile}, std::move(hashes)).first;
        }
        return subtreeRoot(std::span(found->second).subspan(offset, count));
    };
}

} // namespace gnomon::merkle
