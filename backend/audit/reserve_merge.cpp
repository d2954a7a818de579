// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/reserve_merge.h"
#include "backend/base/bytes.h"
#include "backend/proof/record_codec.h"

#include <charconv>

namespace gnomon::audit {

namespace {

constexpr std::string_view kWriter = "audit-reserve";

// "reserve 7: entries before 12": how a gap record says what was merged with it.
std::string markOf(std::uint64_t filling, std::size_t end) {
    return "reserve " + std::to_string(filling) + ": entries before " + std::to_string(end);
}

// How many entries the gap record merged; 0 when it is none of this filling.
std::size_t mergedBy(const AuditRecord& record, std::uint64_t filling) {
    const std::string start = markOf(filling, 0).substr(0, markOf(filling, 0).size() - 1);
    if (record.kind != RecordKind::Gap || record.actor != machineActor(kWriter) ||
        record.requestId.rfind(start, 0) != 0) {
        return 0;
    }
    std::size_t end = 0;
    std::from_chars(record.requestId.data() + start.size(), record.requestId.data() + record.requestId.size(), end);
    return end;
}

// The commit that was given up had succeeded after all.
Result<bool> landed(const ReserveEntry& entry, Seq seq, EvidenceReader& log, std::uint64_t size) {
    if (seq.value >= size) {
        return false;
    }
    GNOMON_ASSIGN(const Bytes bytes, log.bytes(seq));
    return bytes == entry.record;
}

// end: of the entries that it counts.
ReservedRecord gapOf(const ReserveFile& reserve, const std::vector<ReservedRecord>& records, std::size_t end) {
    ReservedRecord gap;
    AuditRecord& record = gap.record;
    record.kind = RecordKind::Gap;
    record.actor = machineActor(kWriter);
    record.action = "merge";
    record.object = "audit";
    record.requestId = markOf(reserve.filling(), end);
    record.result = "ok";
    record.code = "OK";
    const std::string first = toRfc3339(records.front().record.time);
    const std::string last = toRfc3339(records.back().record.time);
    const std::string& cause = reserve.entries().front().cause;
    record.reason = "the log could not be written: " + (cause.empty() ? "the cause is not known" : cause) +
                    "; the next " + std::to_string(records.size()) + " records waited in the reserve";
    gap.payload = AuditPayload{
        {}, {{"records", std::to_string(records.size())}, {"first", first}, {"last", last}, {"cause", cause}}};
    return gap;
}

} // namespace

bool mayUseReserve(const AuditRecord& record) {
    const bool own = record.kind == RecordKind::Substitution || record.kind == RecordKind::Lifecycle;
    return own && record.actor.person.rfind("machine:", 0) == 0;
}

Result<std::size_t> countMerged(const ReserveFile& reserve, EvidenceReader& log, std::uint64_t size) {
    std::size_t merged = 0;
    for (std::uint64_t seq = reserve.entries().front().logSize; seq < size; ++seq) {
        GNOMON_ASSIGN(const Bytes bytes, log.bytes(Seq(seq)));
        GNOMON_ASSIGN(const AuditRecord record, proof::decodeRecord(bytes));
        merged = std::max(merged, mergedBy(record, reserve.filling()));
        if (merged >= reserve.entries().size()) {
            break;
        }
    }
    return merged;
}

Result<ReserveRest> unmerged(const ReserveFile& reserve, EvidenceReader& log, std::uint64_t size, std::size_t merged,
                             std::size_t most) {
    ReserveRest rest{{}, {}, merged};
    while (rest.merged < reserve.entries().size() && rest.records.size() < most) {
        const ReserveEntry& entry = reserve.entries()[rest.merged++];
        ReservedRecord made;
        GNOMON_ASSIGN(made.record, proof::decodeRecord(entry.record));
        GNOMON_ASSIGN(const bool there, landed(entry, made.record.seq, log, size));
        if (there) {
            continue;
        }
        if (!entry.payload.empty()) {
            GNOMON_ASSIGN(made.payload, proof::decodePayload(entry.payload));
        }
        rest.records.push_back(std::move(made));
    }
    if (!rest.records.empty()) {
        rest.gap = gapOf(reserve, rest.records, rest.merged);
    }
    return rest;
}

} // namespace gnomon::audit
