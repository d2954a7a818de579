// SPDX-License-Identifier: GPL-3.0-or-later
// Notes, checkpoints, keys, proofs and whole exports, from somebody who may say anything.
#include "backend/merkle/check.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_file.h"
#include "backend/proof/export_verifier.h"
#include "backend/proof/note.h"
#include "backend/proof/record_codec.h"
#include "backend/proof/signing_key.h"
#include "tests/fuzz/target.h"
#include "tests/support/wire_samples.h"

#include <cstring>

namespace gnomon::fuzz {

namespace {

std::uint64_t numberAt(ByteView input, std::size_t at) {
    std::uint64_t number = 0;
    std::memcpy(&number, input.data() + at, sizeof number);
    return number;
}

std::vector<Digest> digestsOf(ByteView input) {
    std::vector<Digest> path;
    for (; input.size() >= sizeof(Digest::bytes); input = input.subspan(sizeof(Digest::bytes))) {
        std::memcpy(path.emplace_back().bytes.data(), input.data(), sizeof(Digest::bytes));
    }
    return path;
}

// Two numbers and some digests.
void proofs(ByteView input) {
    if (input.size() < 16) {
        return;
    }
    const std::uint64_t a = numberAt(input, 0);
    const std::uint64_t b = numberAt(input, 8);
    const std::vector<Digest> path = digestsOf(input.subspan(16));
    Digest one;
    one.bytes.fill(1);
    Digest two;
    two.bytes.fill(2);
    // A forgery would have to invert SHA-256; a log of one leaf proves itself without a path.
    const bool included = merkle::checkInclusion(one, {a, b}, path, two).ok();
    require(!included, "a leaf is in no log that does not hold it");
    if (a != 0 && !(a == b && path.empty())) {
        require(!merkle::checkConsistency({a, one}, {b, two}, path).ok(), "a log that was rewritten is not consistent");
    }
}

void note(std::string_view text) {
    const Result<proof::SignedNote> parsed = proof::parseNote(text);
    const Result<Checkpoint> checkpoint = proof::parseCheckpoint(text);
    require(!checkpoint.ok() || parsed.ok(), "a checkpoint is a note");
    if (checkpoint.ok()) {
        require(checkpoint->note == text, "a checkpoint keeps its note");
    }
}

} // namespace

std::vector<std::string> seeds() {
    const Checkpoint checkpoint = test::checkpoint();
    const proof::SigningKey key = *proof::SigningKey::fromSeed("example/audit", Bytes(32, 3));
    const StoredRecord record = test::storedRecord();
    std::string whole = "e";
    for (const Bytes& item : {proof::exportHeader("example/audit", key.verifierKey().text()),
                              proof::exportRecord(record), proof::exportCheckpoint(checkpoint), proof::exportEnd(1)}) {
        whole += asText(item);
    }
    return {"n" + checkpoint.note, "k" + key.verifierKey().text(), 'i' + std::string(16 + 64, '\1'), whole};
}

bool mutate(std::string&, std::uint64_t) {
    return false;
}

void run(ByteView input) {
    if (input.empty()) {
        return;
    }
    const ByteView rest = input.subspan(1);
    switch (input[0]) {
    case 'n':
        return note(asText(rest));
    case 'k': {
        const Result<proof::VerifierKey> key = proof::VerifierKey::parse(asText(rest));
        return require(!key.ok() || key->text() == asText(rest), "a key has one text");
    }
    case 'i':
        return proofs(rest);
    case 'e': {
        proof::ExportVerifier verifier;
        const std::size_t half = rest.size() / 2;
        (void)(verifier.feed(rest.first(half)) && verifier.feed(rest.subspan(half)));
        (void)verifier.finish();
        return;
    }
    default:
        return;
    }
}

} // namespace gnomon::fuzz
