// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/domain/audit.h"

namespace gnomon::proof {

constexpr std::uint32_t kRecordVersion = 1;
constexpr std::size_t kRecordLimit = 65535; // bytes; what C2SP tlog-tiles allows for an entry
constexpr std::size_t kPayloadLimit = 1u << 20;
constexpr std::size_t kSaltSize = 32;

// The canonical encoding of a record (backend/audit/FORMAT.md section 3): its hash is the log's leaf.
// InvalidArgument when a text is not UTF-8 or the record is larger than kRecordLimit.
Result<Bytes> encodeRecord(const AuditRecord& record);

// Corrupt when the bytes are not exactly what encodeRecord() makes of some record; Unimplemented for a schema version
// that this program does not know.
Result<AuditRecord> decodeRecord(ByteView bytes);

Result<Bytes> encodePayload(const AuditPayload& payload);
Result<AuditPayload> decodePayload(ByteView bytes);

// What key 14 of a record holds: SHA-256(salt || payload). The salt keeps a guessable payload from being recognised
// after it was erased.
Digest payloadCommitment(ByteView salt, ByteView payload);

// What key 2 of a record holds: SHA-256 of the log's origin.
Digest logId(std::string_view origin);

} // namespace gnomon::proof
