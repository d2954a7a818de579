// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/record_codec.h"
#include "backend/proof/codec_parts.h"

namespace gnomon::proof {

namespace {

constexpr std::size_t kRecordKeys = 17;
constexpr std::size_t kMostApprovals = 64;
constexpr std::size_t kUsual = 768; // bytes; most are shorter

void writeTexts(CborWriter& out, std::initializer_list<std::string_view> texts) {
    out.array(texts.size());
    for (const std::string_view text : texts) {
        out.text(text);
    }
}

RecordKind readKind(CborReader& in) {
    const Result<RecordKind> kind = parseRecordKind(in.text(kAnyText));
    if (!kind.ok()) {
        in.fail("a record kind is not known");
        return {};
    }
    return *kind;
}

} // namespace

Result<Bytes> encodeRecord(const AuditRecord& record) {
    CborWriter out(kUsual);
    out.map(kRecordKeys);
    out.key(0);
    out.number(record.version);
    out.key(1);
    out.number(record.seq.value);
    out.key(2);
    writeDigest(out, record.log);
    out.key(3);
    writeTime(out, record.time);
    out.key(4);
    out.array(2);
    out.text(record.bootId);
    out.number(record.monoNs);
    out.key(5);
    out.text(recordKindName(record.kind));
    out.key(6);
    writeActor(out, record.actor);
    out.key(7);
    writeTexts(out, {record.sourceAddress, record.sourceClient});
    out.key(8);
    writeTexts(out, {record.action, record.permission});
    out.key(9);
    out.array(3);
    out.text(record.object);
    writeDigest(out, record.before);
    writeDigest(out, record.after);
    out.key(10);
    out.array(2);
    writeDigest(out, record.change);
    out.array(record.approvals.size());
    for (const Digest& approval : record.approvals) {
        writeDigest(out, approval);
    }
    out.key(11);
    out.text(record.requestId);
    out.key(12);
    record.ref ? out.number(record.ref->value) : out.null();
    out.key(13);
    writeTexts(out, {record.result, record.code, record.reason});
    out.key(14);
    writeDigest(out, record.payload);
    out.key(15);
    writeDigest(out, record.policy);
    out.key(16);
    out.text(record.build);
    GNOMON_ASSIGN(Bytes bytes, std::move(out).finish());
    if (bytes.size() > kRecordLimit || record.approvals.size() > kMostApprovals) {
        return Error{ErrorCode::InvalidArgument,
                     "audit record is too large: " + std::to_string(bytes.size()) + " bytes and " +
                         std::to_string(record.approvals.size()) + " approvals",
                     "put details into its payload"};
    }
    return bytes;
}

Result<AuditRecord> decodeRecord(ByteView bytes) {
    CborReader in(bytes);
    AuditRecord record;
    in.mapOf(kRecordKeys);
    in.key(0);
    record.version = static_cast<std::uint32_t>(in.number(UINT32_MAX));
    if (in.ok() && record.version != kRecordVersion) {
        return Error{ErrorCode::Unimplemented,
                     "record has schema version " + std::to_string(record.version) + ", only 1 is known here",
                     "use a newer version of this program"};
    }
    in.key(1);
    record.seq = Seq(in.number());
    in.key(2);
    record.log = readDigest(in);
    in.key(3);
    record.time = readTime(in);
    in.key(4);
    in.arrayOf(2);
    record.bootId = in.text(kAnyText);
    record.monoNs = in.number();
    in.key(5);
    record.kind = readKind(in);
    in.key(6);
    record.actor = readActor(in);
    in.key(7);
    in.arrayOf(2);
    record.sourceAddress = in.text(kAnyText);
    record.sourceClient = in.text(kAnyText);
    in.key(8);
    in.arrayOf(2);
    record.action = in.text(kAnyText);
    record.permission = in.text(kAnyText);
    in.key(9);
    in.arrayOf(3);
    record.object = in.text(kAnyText);
    record.before = readDigest(in);
    record.after = readDigest(in);
    in.key(10);
    in.arrayOf(2);
    record.change = readDigest(in);
    record.approvals.resize(in.array(kMostApprovals));
    for (Digest& approval : record.approvals) {
        approval = readDigest(in);
    }
    in.key(11);
    record.requestId = in.text(kAnyText);
    in.key(12);
    if (!in.null()) {
        record.ref = Seq(in.number());
    }
    in.key(13);
    in.arrayOf(3);
    record.result = in.text(kAnyText);
    record.code = in.text(kAnyText);
    record.reason = in.text(kAnyText);
    in.key(14);
    record.payload = readDigest(in);
    in.key(15);
    record.policy = readDigest(in);
    in.key(16);
    record.build = in.text(kAnyText);
    if (bytes.size() > kRecordLimit) {
        in.fail("a record is larger than it may be");
    }
    GNOMON_TRY(in.finish());
    return record;
}

Result<Bytes> encodePayload(const AuditPayload& payload) {
    CborWriter out;
    out.map(2);
    out.key(0);
    out.array(payload.changes.size());
    for (const FieldChange& change : payload.changes) {
        writeTexts(out, {change.field, change.before, change.after});
    }
    out.key(1);
    out.array(payload.facts.size());
    for (const auto& [name, value] : payload.facts) {
        writeTexts(out, {name, value});
    }
    GNOMON_ASSIGN(Bytes bytes, std::move(out).finish());
    if (bytes.size() > kPayloadLimit) {
        return Error{ErrorCode::InvalidArgument, "audit payload has " + std::to_string(bytes.size()) +
                                                     " bytes, at most " + std::to_string(kPayloadLimit) + " are kept"};
    }
    return bytes;
}

Result<AuditPayload> decodePayload(ByteView bytes) {
    CborReader in(bytes);
    AuditPayload payload;
    in.mapOf(2);
    in.key(0);
    for (std::size_t left = in.array(kPayloadLimit); left > 0 && in.ok(); --left) {
        in.arrayOf(3);
        FieldChange change;
        change.field = in.text(kAnyText);
        change.before = in.text(kAnyText);
        change.after = in.text(kAnyText);
        payload.changes.push_back(std::move(change));
    }
    in.key(1);
    for (std::size_t left = in.array(kPayloadLimit); left > 0 && in.ok(); --left) {
        in.arrayOf(2);
        std::string name(in.text(kAnyText));
        payload.facts.emplace_back(std::move(name), in.text(kAnyText));
    }
    GNOMON_TRY(in.finish());
    return payload;
}

Digest payloadCommitment(ByteView salt, ByteView payload) {
    Bytes both(salt.begin(), salt.end());
    both.insert(both.end(), payload.begin(), payload.end());
    return sha256(both);
}

Digest logId(std::string_view origin) {
    return sha256(asBytes(origin));
}

} // namespace gnomon::proof
