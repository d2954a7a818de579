// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/export_file.h"
#include "backend/base/check.h"
#include "backend/merkle/hash.h"
#include "backend/proof/cbor_writer.h"

namespace gnomon::proof {

namespace {

CborWriter item(std::size_t size, ExportItem kind) {
    CborWriter out;
    out.array(size);
    out.number(static_cast<std::uint64_t>(kind));
    return out;
}

Bytes done(CborWriter out) {
    Result<Bytes> bytes = std::move(out).finish();
    GNOMON_CHECK(bytes.ok()); // origin, key and note are UTF-8 by the rules that made them
    return std::move(bytes).value();
}

void bytesOrNull(CborWriter& out, const std::optional<Bytes>& bytes) {
    bytes ? out.bytes(*bytes) : out.null();
}

} // namespace

Bytes exportHeader(std::string_view origin, std::string_view verifierKey) {
    CborWriter out;
    out.array(4);
    out.text(kExportMagic);
    out.number(kExportVersion);
    out.text(origin);
    out.text(verifierKey);
    return done(std::move(out));
}

Bytes exportRecord(const StoredRecord& record) {
    CborWriter out = item(5, ExportItem::Record);
    out.bytes(record.bytes);
    out.bytes(merkle::leafHash(record.bytes).bytes);
    bytesOrNull(out, record.payloadSalt);
    bytesOrNull(out, record.payloadBytes);
    return done(std::move(out));
}

Bytes exportCheckpoint(const Checkpoint& checkpoint) {
    CborWriter out = item(2, ExportItem::Checkpoint);
    out.text(checkpoint.note);
    return done(std::move(out));
}

Bytes exportEnd(std::uint64_t records) {
    CborWriter out = item(2, ExportItem::End);
    out.number(records);
    return done(std::move(out));
}

} // namespace gnomon::proof
