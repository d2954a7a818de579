// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/signer.h"
#include "backend/proof/signing_key.h"

namespace gnomon::audit {

// Signs with a key that lies in a private file (proof::SigningKey).
class FileSigner final : public port::Signer {
public:
    // Makes the file with a new key when there is none. Errors as proof::SigningKey::open().
    static Result<std::unique_ptr<FileSigner>> open(const std::filesystem::path& file, std::string_view name,
                                                    Random& random);

    std::string name() const override { return m_key.verifierKey().name(); }
    Bytes publicKey() const override { return m_key.verifierKey().publicKey(); }
    Result<Bytes> sign(ByteView message) override { return m_key.sign(message); }

private:
    explicit FileSigner(proof::SigningKey key) : m_key(std::move(key)) {}

    proof::SigningKey m_key;
};

} // namespace gnomon::audit
