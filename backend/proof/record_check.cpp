// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/record_check.h"
#include "backend/merkle/check.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

namespace gnomon::proof {

namespace {

Error differs(const ProvenRecord& proven, const std::string& why) {
    return {ErrorCode::Corrupt, "record " + std::to_string(proven.proof.seq.value) + ": " + why};
}

Status checkPayload(const ProvenRecord& proven) {
    const StoredRecord& stored = proven.record;
    if (!stored.payloadBytes && !stored.payload) {
        return {}; // none, or erased: both are allowed
    }
    if (!stored.payloadBytes || !stored.payloadSalt || !stored.payload) {
        return differs(proven, "its payload came without the bytes that prove it");
    }
    if (payloadCommitment(*stored.payloadSalt, *stored.payloadBytes) != stored.record.payload) {
        return differs(proven, "its payload is not the one that was recorded");
    }
    const Result<AuditPayload> decoded = decodePayload(*stored.payloadBytes);
    if (!decoded.ok() || *decoded != *stored.payload) {
        return differs(proven, "its payload says something else than its bytes");
    }
    return {};
}

} // namespace

Status checkRecord(const ProvenRecord& proven, const VerifierKey& key) {
    GNOMON_ASSIGN(const Checkpoint stated, openCheckpoint(proven.checkpoint.note, key));
    if (stated != proven.checkpoint) {
        return differs(proven, "the checkpoint says something else than its note");
    }
    if (proven.proof.size != stated.size) {
        return differs(proven, "its inclusion proof is for another size than the checkpoint");
    }
    const Status included = merkle::checkInclusion(
        merkle::leafHash(proven.record.bytes), {proven.proof.seq.value, stated.size}, proven.proof.hashes, stated.root);
    if (!included.ok()) {
        return differs(proven, included.error().message);
    }
    GNOMON_ASSIGN(const AuditRecord decoded, decodeRecord(proven.record.bytes));
    if (decoded != proven.record.record) {
        return differs(proven, "its fields say something else than its bytes");
    }
    if (decoded.seq != proven.proof.seq || decoded.log != logId(stated.origin)) {
        return differs(proven, "it was written for another position or another log");
    }
    return checkPayload(proven);
}

} // namespace gnomon::proof
