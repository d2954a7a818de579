// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"

#include <vector>

namespace gnomon::test {

// RFC 6962 section 2.1 word for word: MTH, PATH, PROOF and SUBPROOF as recursions over lists of entries. Slow, shares
// nothing with backend/merkle but SHA-256; the second opinion that it is compared with.
struct DefinitionTree {
    using List = std::vector<Bytes>;

    static Digest hash(std::uint8_t prefix, const Bytes& rest) {
        Bytes all{prefix};
        all.insert(all.end(), rest.begin(), rest.end());
        return sha256(all);
    }
    static Digest join(const Digest& left, const Digest& right) {
        Bytes both(left.bytes.begin(), left.bytes.end());
        both.insert(both.end(), right.bytes.begin(), right.bytes.end());
        return hash(1, both);
    }
    static std::size_t k(std::size_t n) {
        std::size_t power = 1;
        while (power * 2 < n) {
            power *= 2;
        }
        return power;
    }
    static List slice(const List& d, std::size_t from, std::size_t to) {
        return {d.begin() + static_cast<std::ptrdiff_t>(from), d.begin() + static_cast<std::ptrdiff_t>(to)};
    }
    static Digest mth(const List& d) {
        if (d.empty()) {
            return sha256({});
        }
        if (d.size() == 1) {
            return hash(0, d[0]);
        }
        const std::size_t split = k(d.size());
        return join(mth(slice(d, 0, split)), mth(slice(d, split, d.size())));
    }
    static std::vector<Digest> path(std::size_t m, const List& d) {
        if (d.size() == 1) {
            return {};
        }
        const std::size_t split = k(d.size());
        std::vector<Digest> result =
            m < split ? path(m, slice(d, 0, split)) : path(m - split, slice(d, split, d.size()));
        result.push_back(m < split ? mth(slice(d, split, d.size())) : mth(slice(d, 0, split)));
        return result;
    }
    static std::vector<Digest> subproof(std::size_t m, const List& d, bool complete) {
        if (m == d.size()) {
            return complete ? std::vector<Digest>{} : std::vector<Digest>{mth(d)};
        }
        const std::size_t split = k(d.size());
        std::vector<Digest> result = m <= split ? subproof(m, slice(d, 0, split), complete)
                                                : subproof(m - split, slice(d, split, d.size()), false);
        result.push_back(m <= split ? mth(slice(d, split, d.size())) : mth(slice(d, 0, split)));
        return result;
    }
    static std::vector<Digest> proof(std::size_t m, const List& d) { return subproof(m, d, true); }
};

} // namespace gnomon::test
