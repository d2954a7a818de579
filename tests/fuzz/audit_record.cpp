// SPDX-License-Identifier: GPL-3.0-or-later
// Canonical CBOR: what is decoded is encoded to the very same bytes, or two texts would mean one record.
#include "backend/proof/deployment_codec.h"
#include "backend/proof/plan_codec.h"
#include "backend/proof/record_codec.h"
#include "tests/fuzz/target.h"
#include "tests/support/wire_samples.h"

namespace gnomon::fuzz {

namespace {

template <class Value, class Encode>
void requireCanonical(const Result<Value>& decoded, ByteView input, Encode encode) {
    if (decoded.ok()) {
        const Result<Bytes> again = encode(*decoded);
        require(again.ok(), "what was decoded can be encoded");
        require(std::equal(again->begin(), again->end(), input.begin(), input.end()), "one meaning has one encoding");
    }
}

std::string kind(char which, const Bytes& bytes) {
    return which + std::string(asText(bytes));
}

} // namespace

std::vector<std::string> seeds() {
    const StoredRecord stored = test::storedRecord();
    return {kind('r', *proof::encodeRecord(stored.record)),
            kind('p', *proof::encodePayload(AuditPayload{})),
            kind('p', *proof::encodePayload(*stored.payload)),
            kind('l', *proof::encodePlan(test::preview().plan)),
            kind('d', proof::encodeDeployment(test::deployment())),
            kind('g', *proof::encodeGeneration(test::generation()))};
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
    case 'r':
        return requireCanonical(proof::decodeRecord(rest), rest, proof::encodeRecord);
    case 'p':
        return requireCanonical(proof::decodePayload(rest), rest, proof::encodePayload);
    case 'l':
        return requireCanonical(proof::decodePlan(rest), rest, proof::encodePlan);
    case 'd':
        return requireCanonical(proof::decodeDeployment(rest), rest, [](const Deployment& deployment) {
            return Result<Bytes>(proof::encodeDeployment(deployment));
        });
    case 'g':
        return requireCanonical(proof::decodeGeneration(rest), rest, proof::encodeGeneration);
    default:
        return;
    }
}

} // namespace gnomon::fuzz
