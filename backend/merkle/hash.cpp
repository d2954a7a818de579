// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/merkle/hash.h"
#include "backend/base/check.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace gnomon::merkle {

namespace {

// One context per thread with a fetched algorithm: half the cost of the one-shot call, which looks it up each time.
class Hasher {
public:
    Hasher() : m_algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr)), m_context(EVP_MD_CTX_new()) {
        GNOMON_CHECK(m_algorithm != nullptr && m_context != nullptr); // no SHA-256: nothing here can work
    }

    Digest operator()(ByteView first, ByteView second) {
        Digest digest;
        // These fail only for a context or algorithm that is not there.
        GNOMON_CHECK(EVP_DigestInit_ex2(m_context.get(), m_algorithm.get(), nullptr) == 1 &&
                     EVP_DigestUpdate(m_context.get(), first.data(), first.size()) == 1 &&
                     (second.empty() || EVP_DigestUpdate(m_context.get(), second.data(), second.size()) == 1) &&
                     EVP_DigestFinal_ex(m_context.get(), digest.bytes.data(), nullptr) == 1);
        return digest;
    }

private:
    struct Free {
        void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD, Free> m_algorithm;
    std::unique_ptr<EVP_MD_CTX, Free> m_context;
};

Hasher& hasher() {
    thread_local Hasher instance;
    return instance;
}

} // namespace

Digest leafHash(ByteView entry) {
    static constexpr std::array<std::uint8_t, 1> kPrefix = {0x00};
    return hasher()(kPrefix, entry);
}

Digest nodeHash(const Digest& left, const Digest& right) {
    std::array<std::uint8_t, 65> node;
    node[0] = 0x01;
    std::copy(left.bytes.begin(), left.bytes.end(), node.begin() + 1);
    std::copy(right.bytes.begin(), right.bytes.end(), node.begin() + 33);
    return hasher()(node, {});
}

Digest emptyRoot() {
    return sha256({});
}

} // namespace gnomon::merkle
