// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <span>

namespace gnomon::merkle {

// Where in which tree a leaf is said to be.
struct LeafPosition {
    std::uint64_t index = 0;
    std::uint64_t size = 0;
};

// A tree as a checkpoint states it.
struct TreeHead {
    std::uint64_t size = 0;
    Digest root;
};

// RFC 9162 section 2.1.3.2. Corrupt when the path does not lead from the leaf to the root.
Status checkInclusion(const Digest& leaf, LeafPosition position, std::span<const Digest> path, const Digest& root);

// RFC 9162 section 2.1.4.2. Corrupt when the newer tree does not begin with the older one.
Status checkConsistency(const TreeHead& older, const TreeHead& newer, std::span<const Digest> path);

} // namespace gnomon::merkle
