// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/note.h"

#include <algorithm>

namespace gnomon::proof {

namespace {

constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kMostNote = 64 * 1024;
constexpr std::size_t kMostSignatures = 100;

Error malformed(const char* why) {
    return {ErrorCode::InvalidArgument, std::string("not a signed note: ") + why};
}

bool isNoteText(std::string_view text) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
    return text.ends_with('\n') && isUtf8(text) && std::none_of(text.begin(), text.end(), control);
}

Result<NoteSignature> parseLine(std::string_view line) {
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with(kDash) || space < kDash.size()) {
        return malformed("a line after the text is not a signature");
    }
    NoteSignature signature;
    signature.name = line.substr(kDash.size(), space - kDash.size());
    const Result<Bytes> bytes = fromBase64(line.substr(space + 1));
    if (!isKeyName(signature.name) || !bytes.ok() || bytes->size() <= signature.id.size()) {
        return malformed("a signature line is damaged");
    }
    std::copy_n(bytes->begin(), signature.id.size(), signature.id.begin());
    signature.signature.assign(bytes->begin() + static_cast<std::ptrdiff_t>(signature.id.size()), bytes->end());
    return signature;
}

} // namespace

Result<SignedNote> parseNote(std::string_view note) {
    const std::size_t blank = note.rfind("\n\n");
    if (note.size() > kMostNote || blank == std::string_view::npos || !note.ends_with('\n')) {
        return malformed("it has no text with an empty line after it");
    }
    SignedNote parsed;
    parsed.text = note.substr(0, blank + 1);
    if (!isNoteText(parsed.text)) {
        return malformed("its text has characters that a note must not have");
    }
    for (std::string_view rest = note.substr(blank + 2); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        GNOMON_ASSIGN(NoteSignature signature, parseLine(rest.substr(0, end)));
        parsed.signatures.push_back(std::move(signature));
        rest.remove_prefix(end + 1);
    }
    if (parsed.signatures.empty() || parsed.signatures.size() > kMostSignatures) {
        return malformed("it has no signature, or too many");
    }
    return parsed;
}

Result<std::string> signNote(std::string_view text, const VerifierKey& key, const SignFunction& sign) {
    if (!isNoteText(text)) {
        return malformed("its text has characters that a note must not have");
    }
    GNOMON_ASSIGN(const Bytes signature, sign(asBytes(text)));
    Bytes line(key.id().begin(), key.id().end());
    line.insert(line.end(), signature.begin(), signature.end());
    std::string note(text);
    note.append("\n").append(kDash).append(key.name()).append(" ").append(toBase64(line)).append("\n");
    return note;
}

Status verifyNote(const SignedNote& note, const VerifierKey& key) {
    bool found = false;
    for (const NoteSignature& signature : note.signatures) {
        if (signature.name != key.name() || signature.id != key.id()) {
            continue;
        }
        if (!key.verifies(asBytes(note.text), signature.signature)) {
            return Error{ErrorCode::Unauthenticated, "the signature of " + key.name() + " is wrong"};
        }
        found = true;
    }
    if (!found) {
        return Error{ErrorCode::Unauthenticated, "there is no signature of " + key.text().substr(0, 200)};
    }
    return {};
}

} // namespace gnomon::proof
