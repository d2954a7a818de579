// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/verifier_key.h"

#include <sodium.h>

#include <algorithm>

namespace gnomon::proof {

namespace {

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::size_t kMostName = 256;

} // namespace

bool isKeyName(std::string_view name) {
    // printable() leaves a text alone exactly when it has no control characters, hidden marks or broken UTF-8.
    return !name.empty() && name.size() <= kMostName && name.find_first_of(" +") == std::string_view::npos &&
           name.find("\u00a0") == std::string_view::npos && printable(name, kMostName) == name;
}

Result<VerifierKey> VerifierKey::make(std::string_view name, ByteView publicKey) {
    if (!isKeyName(name)) {
        return Error{ErrorCode::InvalidArgument, "'" + printable(name, 80) + "' cannot be the name of a key",
                     "use a name without spaces and plus signs, such as gnomon.example/site1/node-a/audit"};
    }
    if (publicKey.size() != crypto_sign_PUBLICKEYBYTES) {
        return Error{ErrorCode::InvalidArgument, "an Ed25519 public key has 32 bytes"};
    }
    Bytes named = toBytes(name);
    named.push_back('\n');
    named.push_back(kEd25519);
    named.insert(named.end(), publicKey.begin(), publicKey.end());
    const Digest digest = sha256(named);
    VerifierKey key;
    key.m_name = name;
    std::copy_n(digest.bytes.begin(), key.m_id.size(), key.m_id.begin());
    key.m_publicKey.assign(publicKey.begin(), publicKey.end());
    return key;
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
    const Error bad{ErrorCode::InvalidArgument, "'" + printable(text, 120) + "' is not a verifier key",
                    "it looks like gnomon.example/node/audit+0123abcd+base64, as the node and the console show it"};
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) {
        return bad;
    }
    const Result<Bytes> encoded = fromBase64(text.substr(second + 1));
    if (!encoded.ok() || encoded->empty() || encoded->front() != kEd25519) {
        return bad;
    }
    Result<VerifierKey> key = make(text.substr(0, first), ByteView(*encoded).subspan(1));
    if (!key.ok() || key->text() != text) { // the id in the text is the id of name and key
        return bad;
    }
    return key;
}

std::string VerifierKey::text() const {
    Bytes encoded{kEd25519};
    encoded.insert(encoded.end(), m_publicKey.begin(), m_publicKey.end());
    return m_name + "+" + toHex(ByteView(m_id)) + "+" + toBase64(encoded);
}

bool VerifierKey::verifies(ByteView message, ByteView signature) const {
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(signature.data(), message.data(), message.size(), m_publicKey.data()) == 0;
}

} // namespace gnomon::proof
