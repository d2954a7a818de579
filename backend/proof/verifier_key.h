// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace gnomon::proof {

// The first four bytes of SHA-256(name || 0x0A || 0x01 || public key): tells the signatures of a note apart.
using KeyId = std::array<std::uint8_t, 4>;

// An Ed25519 public key with its name, as C2SP writes it ("vkey"): name+8 hex digits of the id+base64. A value.
class VerifierKey {
public:
    // InvalidArgument unless the name is usable in a note and the key has 32 bytes.
    static Result<VerifierKey> make(std::string_view name, ByteView publicKey);
    static Result<VerifierKey> parse(std::string_view text);

    const std::string& name() const { return m_name; }
    const KeyId& id() const { return m_id; }
    const Bytes& publicKey() const { return m_publicKey; }
    std::string text() const;
    bool verifies(ByteView message, ByteView signature) const;

    bool operator==(const VerifierKey&) const = default;

private:
    VerifierKey() = default;

    std::string m_name;
    KeyId m_id{};
    Bytes m_publicKey;
};

// Not empty, UTF-8, without white space, control characters and '+'.
bool isKeyName(std::string_view name);

} // namespace gnomon::proof
