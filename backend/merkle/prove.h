// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/merkle/subtree.h"

#include <vector>

namespace gnomon::merkle {

// The audit path of leaf `index` in the tree of the first `size` leaves: PATH(m, D_n) of RFC 6962 section 2.1.1.
// InvalidArgument unless index < size; otherwise only the reader's errors.
Result<std::vector<Digest>> proveInclusion(std::uint64_t index, std::uint64_t size, const SubtreeReader& read);

// That the first `oldSize` leaves are the same in the tree of `newSize`: PROOF(m, D_n) of section 2.1.2. Empty when
// oldSize is 0 or equals newSize. InvalidArgument unless oldSize <= newSize; otherwise only the reader's errors.
Result<std::vector<Digest>> proveConsistency(std::uint64_t oldSize, std::uint64_t newSize, const SubtreeReader& read);

} // namespace gnomon::merkle
