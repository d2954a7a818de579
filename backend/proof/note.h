// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/proof/verifier_key.h"

#include <functional>
#include <vector>

namespace gnomon::proof {

struct NoteSignature {
    std::string name;
    KeyId id{};
    Bytes signature;

    bool operator==(const NoteSignature&) const = default;
};

// A C2SP signed note: text, an empty line, and lines "— name base64(key id || signature)".
struct SignedNote {
    std::string text; // ends in a line feed
    std::vector<NoteSignature> signatures;

    bool operator==(const SignedNote&) const = default;
};

// InvalidArgument unless the bytes are exactly a signed note. Checks no signature.
Result<SignedNote> parseNote(std::string_view note);

// Signs with the private half of `key`: sign is given the text's bytes. InvalidArgument when the text cannot be a
// note's; else only sign's errors.
using SignFunction = std::function<Result<Bytes>(ByteView message)>;
Result<std::string> signNote(std::string_view text, const VerifierKey& key, const SignFunction& sign);

// The note has a good signature by the key. Unauthenticated when it has none by it or a wrong one; lines by other keys
// are ignored, as C2SP asks for.
Status verifyNote(const SignedNote& note, const VerifierKey& key);

} // namespace gnomon::proof
