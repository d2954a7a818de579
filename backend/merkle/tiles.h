// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/merkle/frontier.h"
#include "backend/merkle/subtree.h"

#include <array>
#include <vector>

namespace gnomon::merkle {

// C2SP tlog-tiles: a tile holds 256 neighbouring hashes; those of level L are the roots of complete subtrees of
// 256^L leaves, so level 0 holds leaf hashes and each full tile gives one hash of the level above.
constexpr std::size_t kTileWidth = 256;
constexpr unsigned kTileHeight = 8;
constexpr std::size_t kTileBytes = kTileWidth * 32;

struct Tile {
    unsigned level = 0;
    std::uint64_t index = 0;
    std::vector<Digest> hashes; // kTileWidth of them

    bool operator==(const Tile&) const = default;
};

// Reads the hashes of one full tile.
using TileReader = std::function<Result<std::vector<Digest>>(unsigned level, std::uint64_t index)>;

// Digests as the bytes that are stored, and back. InvalidArgument when the size is no multiple of 32.
Bytes packDigests(std::span<const Digest> digests);
Result<std::vector<Digest>> unpackDigests(ByteView bytes);

// The part of a growing tree that is not in full tiles yet: at most 255 hashes per level. A value; not thread-safe.
class TileTree {
public:
    TileTree() = default;
    // From the hashes as packPartial() gave them. InvalidArgument when their number does not fit the size.
    static Result<TileTree> restore(std::uint64_t size, ByteView partial);

    std::uint64_t size() const { return m_frontier.size(); }
    Digest root() const { return m_frontier.root(); }
    // Adds the tiles that became full to `full`, lowest level first.
    void append(const Digest& leaf, std::vector<Tile>& full);

    // The hashes of the last, not yet full tile of a level; empty above the top.
    std::span<const Digest> partial(unsigned level) const;
    unsigned levels() const { return static_cast<unsigned>(m_partial.size()); }
    // All of them in one piece, level 0 first.
    Bytes packPartial() const;

    // A reader of this tree's subtrees. full: reads tiles that append() gave out. The tree must outlive the reader.
    SubtreeReader reader(TileReader full) const;

    bool operator==(const TileTree&) const = default;

private:
    std::vector<std::vector<Digest>> m_partial;
    Frontier m_frontier;
};

} // namespace gnomon::merkle
