// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/export_verifier.h"
#include "backend/merkle/hash.h"
#include "backend/proof/cbor_reader.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/export_file.h"
#include "backend/proof/record_codec.h"

#include <algorithm>

namespace gnomon::proof {

namespace {

constexpr std::size_t kMostNote = 64 * 1024;

std::string number(Seq seq) {
    return std::to_string(seq.value);
}

} // namespace

const char* exportFaultName(ExportFault fault) {
    switch (fault) {
    case ExportFault::None:
        return "none";
    case ExportFault::NotAnExport:
        return "not-an-export";
    case ExportFault::Altered:
        return "altered";
    case ExportFault::Missing:
        return "missing";
    case ExportFault::Rewritten:
        return "rewritten";
    case ExportFault::BadSignature:
        return "bad-signature";
    case ExportFault::Truncated:
        return "truncated";
    }
    return "none";
}

ExportVerifier::ExportVerifier(ExportOptions options) : m_options(std::move(options)) {
    m_report.keyWasGiven = m_options.key.has_value();
}

void ExportVerifier::fault(ExportFault fault, const std::string& message, std::optional<Seq> record) {
    if (m_report.ok()) { // what follows the first fault follows from it
        m_report.fault = fault;
        m_report.message = message;
        m_report.firstBad = record;
    }
}

bool ExportVerifier::feed(ByteView chunk) {
    m_pending.insert(m_pending.end(), chunk.begin(), chunk.end());
    std::size_t consumed = 0;
    while (m_report.ok() && consumed < m_pending.size()) {
        CborReader in(ByteView(m_pending).subspan(consumed));
        readItem(in);
        if (in.cutShort()) {
            break; // wait for the rest; no item is larger than its parts may be, so this ends
        }
        if (!in.ok()) {
            fault(m_stage == Stage::Header ? ExportFault::NotAnExport : ExportFault::Altered,
                  m_stage == Stage::Header
                      ? "this is not an audit export: " + in.status().error().message
                      : "what stands where record " + number(next()) + " is due is " + in.status().error().message,
                  m_stage == Stage::Header ? std::nullopt : std::optional(next()));
            break;
        }
        consumed += in.position();
    }
    m_pending.erase(m_pending.begin(), m_pending.begin() + static_cast<std::ptrdiff_t>(consumed));
    return m_report.ok();
}

void ExportVerifier::readItem(CborReader& in) {
    if (m_stage == Stage::Header) {
        readHeader(in);
        return;
    }
    if (m_stage == Stage::Ended) {
        fault(ExportFault::Altered, "something follows the end of the export");
        return;
    }
    const std::size_t size = in.array(5);
    const std::uint64_t kind = in.number(static_cast<std::uint64_t>(ExportItem::End));
    if (in.ok() && size != (kind == static_cast<std::uint64_t>(ExportItem::Record) ? 5u : 2u)) {
        in.fail("an item of an unknown kind");
    }
    if (!in.ok()) {
        return;
    }
    switch (static_cast<ExportItem>(kind)) {
    case ExportItem::Record:
        readRecord(in);
        return;
    case ExportItem::Checkpoint:
        readCheckpoint(in);
        return;
    case ExportItem::End:
        readEnd(in);
        return;
    }
}

void ExportVerifier::readHeader(CborReader& in) {
    in.arrayOf(4);
    if (in.text(64) != kExportMagic || in.number() != kExportVersion) {
        in.fail("it does not begin with the mark of version 1");
    }
    const std::string_view origin = in.text(kMostNote);
    const std::string_view keyText = in.text(kMostNote);
    if (!in.ok()) {
        return;
    }
    m_report.origin = origin;
    m_report.verifierKey = keyText;
    m_log = logId(origin);
    m_stage = Stage::Items;
    Result<VerifierKey> key = VerifierKey::parse(keyText);
    if (!key.ok()) {
        fault(ExportFault::Altered, "the verifier key in the export is damaged");
        return;
    }
    if (m_options.key && *m_options.key != *key) {
        fault(ExportFault::BadSignature,
              "the export is signed with " + printable(keyText) + ", not with the key given");
        return;
    }
    m_key = std::move(key).value();
}

void ExportVerifier::readRecord(CborReader& in) {
    const ByteView bytes = in.bytes(kRecordLimit);
    const ByteView stated = in.bytes(32);
    // Everything of the item must be there before anything of it is believed.
    CborReader rest = in;
    for (int i = 0; i < 2; ++i) {
        rest.null() ? void() : void(rest.bytes(kPayloadLimit));
    }
    if (!rest.ok()) {
        in = rest;
        return;
    }
    const Seq seq = next();
    const Digest leaf = merkle::leafHash(bytes);
    if (!std::equal(stated.begin(), stated.end(), leaf.bytes.begin(), leaf.bytes.end())) {
        fault(ExportFault::Altered, "record " + number(seq) + " was altered: its hash is not the stated one", seq);
        return;
    }
    const Result<AuditRecord> record = decodeRecord(bytes);
    if (!record.ok()) {
        fault(ExportFault::Altered, "record " + number(seq) + ": " + record.error().message, seq);
        return;
    }
    if (seq < record->seq) {
        fault(ExportFault::Missing,
              "record " + number(seq) + " is missing: record " + number(record->seq) + " stands in its place", seq);
        return;
    }
    if (record->seq != seq || record->log != m_log) {
        fault(ExportFault::Altered,
              "record " + number(seq) + " is not its own: what stands there is record " + number(record->seq) +
                  (record->log == m_log ? "" : " of another log"),
              seq);
        return;
    }
    readPayload(in, *record);
    m_frontier.append(leaf);
    m_report.firstTime = m_report.firstTime.value_or(record->time);
    m_report.lastTime = record->time;
    checkSeen();
}

void ExportVerifier::readPayload(CborReader& in, const AuditRecord& record) {
    const bool hasSalt = !in.null();
    const ByteView salt = hasSalt ? in.bytes(kSaltSize) : ByteView();
    const bool hasPayload = !in.null();
    const ByteView payload = hasPayload ? in.bytes(kPayloadLimit) : ByteView();
    const bool committed = !record.payload.isZero();
    if (!hasSalt && !hasPayload) {
        m_report.erasedPayloads += committed ? 1 : 0;
        return;
    }
    if (!hasSalt || !hasPayload || payloadCommitment(salt, payload) != record.payload || !decodePayload(payload).ok()) {
        fault(ExportFault::Altered, "the payload of record " + number(record.seq) + " is not the one recorded",
              record.seq);
        return;
    }
    ++m_report.payloads;
}

void ExportVerifier::readCheckpoint(CborReader& in) {
    const std::string_view note = in.text(kMostNote);
    if (!in.ok()) {
        return;
    }
    const Result<Checkpoint> checkpoint = openCheckpoint(note, *m_key);
    const std::string where = "the checkpoint after " + std::to_string(next().value) + " records";
    if (!checkpoint.ok()) {
        fault(ExportFault::BadSignature, where + ": " + checkpoint.error().message);
        return;
    }
    const std::string range =
        "records " + std::to_string(m_signed.value_or(0)) + " to " + std::to_string(next().value) + " (exclusive)";
    if (checkpoint->origin != m_report.origin) {
        fault(ExportFault::Rewritten, where + " is of another log: " + printable(checkpoint->origin));
    } else if (checkpoint->size > next().value) {
        fault(ExportFault::Missing,
              "record " + number(next()) + " is missing: " + std::to_string(checkpoint->size) +
                  " records were signed here",
              next());
    } else if (checkpoint->size < next().value) {
        fault(ExportFault::Rewritten, where + " was signed for " + std::to_string(checkpoint->size) + " records",
              Seq(checkpoint->size));
    } else if (checkpoint->root != m_frontier.root()) {
        fault(ExportFault::Rewritten, range + " are not what was signed", Seq(m_signed.value_or(0)));
    }
    m_signed = checkpoint->size;
    ++m_report.checkpoints;
    checkSeen();
}

void ExportVerifier::readEnd(CborReader& in) {
    const std::uint64_t records = in.number();
    if (!in.ok()) {
        return;
    }
    if (records != next().value) {
        fault(ExportFault::Missing,
              "the export has " + std::to_string(next().value) + " records, its end states " + std::to_string(records));
    } else if (m_signed != next().value) {
        fault(ExportFault::BadSignature, "the last records are not covered by a signed checkpoint",
              Seq(m_signed.value_or(0)));
    } else if (m_options.seen && m_options.seen->size > next().value) {
        fault(ExportFault::Missing,
              "the log had " + std::to_string(m_options.seen->size) + " records before, the export has only " +
                  std::to_string(next().value),
              next());
    }
    m_stage = Stage::Ended;
}

void ExportVerifier::checkSeen() {
    if (m_options.seen && m_options.seen->size == next().value && m_options.seen->root != m_frontier.root()) {
        fault(ExportFault::Rewritten,
              "the first " + std::to_string(next().value) + " records are not those that were seen before");
    }
}

ExportReport ExportVerifier::finish() {
    if (m_stage == Stage::Header) {
        fault(ExportFault::NotAnExport, "this is not an audit export: it ends within its header");
    } else if (m_stage != Stage::Ended || !m_pending.empty()) {
        fault(ExportFault::Truncated, "the export ends too early, after record count " + std::to_string(next().value),
              next());
    }
    m_report.records = next().value;
    m_report.root = m_frontier.root();
    return m_report;
}

} // namespace gnomon::proof
