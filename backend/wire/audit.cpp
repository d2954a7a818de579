// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/audit.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"
#include "backend/wire/exchange.h"
#include "backend/wire/reader.h"

#include <gnomon/v1/audit.pb.h>

#include <charconv>

namespace gnomon::wire {

namespace {

constexpr std::size_t kMaxHashes = 128; // a consistency proof in a tree of 2^64 leaves has no more
constexpr std::size_t kMaxNote = 16 * 1024;
constexpr std::size_t kMaxPage = 1000;
constexpr std::size_t kMaxSalt = 64;
constexpr auto kDecode = [](const auto& in) { return fromProto(in); };

v1::RecordKind writeKind(RecordKind in) {
    switch (in) {
    case RecordKind::Intent:
        return v1::RECORD_KIND_INTENT;
    case RecordKind::Outcome:
        return v1::RECORD_KIND_OUTCOME;
    case RecordKind::Effect:
        return v1::RECORD_KIND_EFFECT;
    case RecordKind::Deny:
        return v1::RECORD_KIND_DENY;
    case RecordKind::View:
        return v1::RECORD_KIND_VIEW;
    case RecordKind::Auth:
        return v1::RECORD_KIND_AUTH;
    case RecordKind::Config:
        return v1::RECORD_KIND_CONFIG;
    case RecordKind::Checkpoint:
        return v1::RECORD_KIND_CHECKPOINT;
    case RecordKind::Gap:
        return v1::RECORD_KIND_GAP;
    case RecordKind::Key:
        return v1::RECORD_KIND_KEY;
    case RecordKind::Substitution:
        return v1::RECORD_KIND_SUBSTITUTION;
    case RecordKind::Lifecycle:
        return v1::RECORD_KIND_LIFECYCLE;
    }
    return v1::RECORD_KIND_UNSPECIFIED;
}

std::string text(const Bytes& bytes) {
    return std::string(asText(bytes));
}

template <class Out>
void encodeHashes(const std::vector<Digest>& in, Out* out) {
    for (const Digest& hash : in) {
        *out->Add() = std::string(asText(ByteView(hash.bytes)));
    }
}

template <class In>
std::vector<Digest> readHashes(Reader& r, const In& in) {
    return r.list<Digest>(in, kMaxHashes, "hashes", [](const std::string& bytes) {
        Reader hash;
        if (bytes.empty()) {
            hash.fail("hash", "is empty");
        }
        return hash.result(hash.digest(bytes, "hash"));
    });
}

Result<InclusionProof> readInclusion(const v1::InclusionProof& in) {
    Reader r;
    return r.result(InclusionProof{Seq(in.seq()), in.size(), readHashes(r, in.hashes())});
}

// A page token is the decimal sequence number that the page lies before.
Result<Seq> parseToken(const std::string& token) {
    std::uint64_t seq = 0;
    const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), seq);
    if (problem != std::errc{} || end != token.data() + token.size()) {
        return Error{ErrorCode::InvalidArgument, "the page token is not one of this service"};
    }
    return Seq(seq);
}

} // namespace

v1::StoredRecord toProto(const StoredRecord& in) {
    v1::StoredRecord out;
    out.set_record(text(in.bytes));
    if (in.payloadBytes && in.payloadSalt) {
        out.set_payload(text(*in.payloadBytes));
        out.set_payload_salt(text(*in.payloadSalt));
    }
    return out;
}

Result<StoredRecord> fromProto(const v1::StoredRecord& in) {
    Reader r;
    StoredRecord out;
    out.bytes = toBytes(r.exact(in.record(), proof::kRecordLimit, "record"));
    out.record = r.take(proof::decodeRecord(out.bytes), "record");
    if (in.has_payload() != in.has_payload_salt()) {
        r.fail("payload", "and payload_salt come together");
    }
    if (in.has_payload()) {
        out.payloadBytes = toBytes(r.exact(in.payload(), proof::kPayloadLimit, "payload"));
        out.payloadSalt = toBytes(r.exact(in.payload_salt(), kMaxSalt, "payload_salt"));
        out.payload = r.take(proof::decodePayload(*out.payloadBytes), "payload");
    }
    return r.result(std::move(out));
}

v1::Checkpoint toProto(const Checkpoint& in) {
    v1::Checkpoint out;
    out.set_origin(in.origin);
    out.set_size(in.size);
    out.set_root(digestBytes(in.root));
    out.set_note(in.note);
    return out;
}

Result<Checkpoint> fromProto(const v1::Checkpoint& in) {
    Reader r;
    Checkpoint out{r.text(in.origin()), in.size(), r.digest(in.root(), "root"), {}};
    if (in.note().empty()) { // nothing was signed yet
        if (in.size() != 0) {
            r.fail("note", "is missing");
        }
        return r.result(std::move(out));
    }
    const Checkpoint stated = r.take(proof::parseCheckpoint(r.exact(in.note(), kMaxNote, "note")), "note");
    if (stated.origin != out.origin || stated.size != out.size || stated.root != out.root) {
        r.fail("note", "states something else than origin, size and root");
    }
    return r.result(stated);
}

v1::ConsistencyProof toProto(const ConsistencyProof& in) {
    v1::ConsistencyProof out;
    out.set_old_size(in.oldSize);
    out.set_new_size(in.newSize);
    encodeHashes(in.hashes, out.mutable_hashes());
    return out;
}

Result<ConsistencyProof> fromProto(const v1::ConsistencyProof& in) {
    Reader r;
    return r.result(ConsistencyProof{in.old_size(), in.new_size(), readHashes(r, in.hashes())});
}

v1::ProveInclusionResponse toProto(const ProvenRecord& in) {
    v1::ProveInclusionResponse out;
    *out.mutable_record() = toProto(in.record);
    out.mutable_proof()->set_seq(in.proof.seq.value);
    out.mutable_proof()->set_size(in.proof.size);
    encodeHashes(in.proof.hashes, out.mutable_proof()->mutable_hashes());
    *out.mutable_checkpoint() = toProto(in.checkpoint);
    return out;
}

Result<ProvenRecord> fromProto(const v1::ProveInclusionResponse& in) {
    Reader r;
    return r.result(ProvenRecord{r.take(fromProto(in.record()), "record"), r.take(readInclusion(in.proof()), "proof"),
                                 r.take(fromProto(in.checkpoint()), "checkpoint")});
}

v1::SearchRecordsRequest toProto(const AuditFilter& in) {
    v1::SearchRecordsRequest out;
    v1::RecordFilter* filter = out.mutable_filter();
    if (in.person) {
        filter->set_person(*in.person);
    }
    if (in.action) {
        filter->set_action(*in.action);
    }
    if (in.object) {
        filter->set_object(*in.object);
    }
    if (in.kind) {
        filter->set_kind(writeKind(*in.kind));
    }
    if (in.result) {
        filter->set_result(*in.result);
    }
    if (in.words) {
        filter->set_words(*in.words);
    }
    if (in.from) {
        encodeTime(*in.from, filter->mutable_from());
    }
    if (in.until) {
        encodeTime(*in.until, filter->mutable_until());
    }
    filter->set_humans_only(in.humansOnly);
    filter->set_without_views(in.withoutViews);
    out.set_page_size(static_cast<int>(std::min(in.pageSize, kMaxPage)));
    if (in.before) {
        out.set_page_token(std::to_string(in.before->value));
    }
    return out;
}

Result<AuditFilter> fromProto(const v1::SearchRecordsRequest& in) {
    Reader r;
    const v1::RecordFilter& filter = in.filter();
    const auto given = [&r](bool has, const std::string& value) {
        return has ? std::optional(r.text(value)) : std::nullopt;
    };
    AuditFilter out;
    out.person = given(filter.has_person(), filter.person());
    out.action = given(filter.has_action(), filter.action());
    out.object = given(filter.has_object(), filter.object());
    out.result = given(filter.has_result(), filter.result());
    out.words = given(filter.has_words(), filter.words());
    if (filter.kind() != v1::RECORD_KIND_UNSPECIFIED) {
        out.kind =
            r.take(decodeEnum<RecordKind, v1::RecordKind>(filter.kind(), writeKind, RecordKind::Lifecycle), "kind");
    }
    if (filter.has_from()) {
        out.from = r.time(filter.from(), "from");
    }
    if (filter.has_until()) {
        out.until = r.time(filter.until(), "until");
    }
    out.humansOnly = filter.humans_only();
    out.withoutViews = filter.without_views();
    out.pageSize = r.take(pageSize(in.page_size(), 200, kMaxPage), "page_size");
    if (!in.page_token().empty()) {
        out.before = r.take(parseToken(in.page_token()), "page_token");
    }
    return r.result(std::move(out));
}

v1::SearchRecordsResponse toProto(const AuditPage& in) {
    v1::SearchRecordsResponse out;
    for (const StoredRecord& record : in.records) {
        *out.add_records() = toProto(record);
    }
    if (in.next) {
        out.set_next_page_token(std::to_string(in.next->value));
    }
    out.set_log_size(in.logSize);
    out.set_matching(in.matching);
    out.set_matching_at_least(in.atLeast);
    return out;
}

Result<AuditPage> fromProto(const v1::SearchRecordsResponse& in) {
    Reader r;
    AuditPage out;
    out.records = r.list<StoredRecord>(in.records(), kMaxPage, "records", kDecode);
    if (!in.next_page_token().empty()) {
        out.next = r.take(parseToken(in.next_page_token()), "next_page_token");
    }
    out.logSize = in.log_size();
    out.matching = in.matching();
    out.atLeast = in.matching_at_least();
    return r.result(std::move(out));
}

} // namespace gnomon::wire
