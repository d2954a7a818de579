// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"
#include "backend/base/result.h"
#include "backend/proof/verifier_key.h"

#include <filesystem>
#include <memory>

namespace gnomon::proof {

// An Ed25519 private key with its name, in memory that is locked, guarded and wiped. Thread-safe once made.
// Its file is one line, as Go's note package writes it: PRIVATE+KEY+name+id+base64(0x01 || seed), mode 0600.
class SigningKey {
public:
    // Reads the file, or makes it with a new key when there is none. FailedPrecondition when somebody else could read
    // it or it holds the key of another name; Corrupt when it is not a key file; Unavailable when it cannot be read or
    // written.
    static Result<SigningKey> open(const std::filesystem::path& file, std::string_view name, Random& random);
    static Result<SigningKey> fromSeed(std::string_view name, ByteView seed);

    const VerifierKey& verifierKey() const { return m_public; }
    Bytes sign(ByteView message) const;

private:
    struct Free {
        void operator()(unsigned char* secret) const;
    };
    using Secret = std::unique_ptr<unsigned char[], Free>;

    SigningKey(VerifierKey key, Secret secret) : m_public(std::move(key)), m_secret(std::move(secret)) {}

    VerifierKey m_public;
    Secret m_secret;
};

} // namespace gnomon::proof
