// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/frontier.h"
#include "backend/base/check.h"
#include "backend/merkle/hash.h"

namespace gnomon::merkle {

void Frontier::appendSubtree(const Digest& subtreeRoot, unsigned level, std::vector<Digest>* ended) {
    const std::uint64_t leaves = std::uint64_t{1} << level;
    GNOMON_CHECK(m_size % leaves == 0); // the subtree would not be one of this tree
    Digest merged = subtreeRoot;
    for (std::uint64_t rest = m_size >> level; (rest & 1) != 0; rest >>= 1) {
        if (ended != nullptr) {
            ended->push_back(merged);
        }
        merged = nodeHash(m_roots.back(), merged);
        m_roots.pop_back();
    }
    if (ended != nullptr) {
        ended->push_back(merged);
    }
    m_roots.push_back(merged);
    m_size += leaves;
}

Digest Frontier::root() const {
    if (m_roots.empty()) {
        return emptyRoot();
    }
    Digest root = m_roots.back();
    for (std::size_t i = m_roots.size() - 1; i-- > 0;) {
        root = nodeHash(m_roots[i], root);
    }
    return root;
}

} // namespace gnomon::merkle
