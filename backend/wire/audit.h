// SPDX-License-Identifier: GPL-3.0-or-later
// gnomon/v1/audit.proto <-> domain. Records travel as stored bytes and are decoded by the receiver.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/audit.h"

namespace gnomon::v1 {
class Checkpoint;
class ConsistencyProof;
class ProveInclusionResponse;
class SearchRecordsRequest;
class SearchRecordsResponse;
class StoredRecord;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::StoredRecord toProto(const StoredRecord& in);
// Says nothing about the record's truth: proof::checkRecord() does.
Result<StoredRecord> fromProto(const v1::StoredRecord& in);

v1::Checkpoint toProto(const Checkpoint& in);
// Origin, size and root must be what the note states. Checks no signature.
Result<Checkpoint> fromProto(const v1::Checkpoint& in);

v1::ConsistencyProof toProto(const ConsistencyProof& in);
Result<ConsistencyProof> fromProto(const v1::ConsistencyProof& in);

// The stamp is left to the caller.
v1::ProveInclusionResponse toProto(const ProvenRecord& in);
Result<ProvenRecord> fromProto(const v1::ProveInclusionResponse& in);

v1::SearchRecordsRequest toProto(const AuditFilter& in);
Result<AuditFilter> fromProto(const v1::SearchRecordsRequest& in);

// The stamp is left to the caller.
v1::SearchRecordsResponse toProto(const AuditPage& in);
Result<AuditPage> fromProto(const v1::SearchRecordsResponse& in);

} // namespace gnomon::wire
