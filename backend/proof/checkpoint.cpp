// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/checkpoint.h"
#include "backend/merkle/check.h"

#include <algorithm>
#include <charconv>

namespace gnomon::proof {

namespace {

std::string bodyOf(std::string_view origin, std::uint64_t size, const Digest& root) {
    return std::string(origin) + "\n" + std::to_string(size) + "\n" + toBase64(root.bytes) + "\n";
}

// Takes the first line off the text.
std::string_view takeLine(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

Result<Checkpoint> read(const SignedNote& note, std::string_view whole) {
    const Error bad{ErrorCode::InvalidArgument, "the note is not a checkpoint"};
    std::string_view rest = note.text;
    Checkpoint checkpoint;
    checkpoint.origin = takeLine(rest);
    const std::string_view size = takeLine(rest);
    const Result<Bytes> root = fromBase64(takeLine(rest));
    const auto [end, problem] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
    if (checkpoint.origin.empty() || problem != std::errc{} || !root.ok() ||
        root->size() != checkpoint.root.bytes.size()) {
        return bad;
    }
    std::copy(root->begin(), root->end(), checkpoint.root.bytes.begin());
    // One meaning, one text: no leading zero, no further line.
    if (bodyOf(checkpoint.origin, checkpoint.size, checkpoint.root) != note.text) {
        return bad;
    }
    checkpoint.note = whole;
    return checkpoint;
}

} // namespace

Result<Checkpoint> signCheckpoint(std::string_view origin, std::uint64_t size, const Digest& root,
                                  const VerifierKey& key, const SignFunction& sign) {
    if (origin.empty() || origin.find('\n') != std::string_view::npos) {
        return Error{ErrorCode::InvalidArgument, "'" + printable(origin, 80) + "' cannot be the origin of a log"};
    }
    GNOMON_ASSIGN(std::string note, signNote(bodyOf(origin, size, root), key, sign));
    return Checkpoint{std::string(origin), size, root, std::move(note)};
}

Result<Checkpoint> parseCheckpoint(std::string_view note) {
    GNOMON_ASSIGN(const SignedNote parsed, parseNote(note));
    return read(parsed, note);
}

Result<Checkpoint> openCheckpoint(std::string_view note, const VerifierKey& key) {
    GNOMON_ASSIGN(const SignedNote parsed, parseNote(note));
    GNOMON_TRY(verifyNote(parsed, key));
    return read(parsed, note);
}

Status checkGrowth(const Checkpoint& older, const Checkpoint& newer, const ConsistencyProof& proof) {
    if (older.origin != newer.origin) {
        return Error{ErrorCode::Corrupt,
                     "the checkpoints are of two logs: " + printable(older.origin) + " and " + printable(newer.origin)};
    }
    if (newer.size >= older.size && (proof.oldSize != older.size || proof.newSize != newer.size)) {
        return Error{ErrorCode::Corrupt, "the consistency proof is for other sizes"};
    }
    return merkle::checkConsistency({older.size, older.root}, {newer.size, newer.root}, proof.hashes);
}

} // namespace gnomon::proof
