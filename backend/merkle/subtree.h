// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <cstdint>
#include <functional>
#include <span>

namespace gnomon::merkle {

// Reads the root of the complete subtree that covers the 2^level leaves from index * 2^level on. Level 0 is a leaf
// hash.
using SubtreeReader = std::function<Result<Digest>(unsigned level, std::uint64_t index)>;

// The root of a complete subtree, given the hashes of its lowest level. REQUIRES: their number is a power of two.
Digest subtreeRoot(std::span<const Digest> hashes);

// The hash of the leaves [begin, end): MTH(D[begin:end]) of RFC 6962. REQUIRES: begin < end, and begin is a multiple
// of the smallest power of two that is not below end - begin, as it is for every range that the RFC's recursions visit.
Result<Digest> rangeRoot(std::uint64_t begin, std::uint64_t end, const SubtreeReader& read);

// The root of the tree of the first `size` leaves.
Result<Digest> treeRoot(std::uint64_t size, const SubtreeReader& read);

} // namespace gnomon::merkle
