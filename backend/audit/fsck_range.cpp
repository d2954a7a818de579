// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/fsck_range.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

namespace gnomon::audit {

namespace {

std::string number(Seq seq) {
    return std::to_string(seq.value);
}

class RangeCheck {
public:
    RangeCheck(EvidenceReader& reader, SeqRange range, const Digest& log) : m_reader(reader), m_log(log) {
        m_checked.range = range;
        m_checked.leaves.reserve(range.end - range.begin);
    }

    CheckedRange run(const StoredHead& head, const LogIdentity& identity) {
        const SeqRange range = m_checked.range;
        loadStated(head);
        if (fine()) {
            readRecords();
        }
        const Result<std::vector<StoredCheckpoint>> stored = m_reader.checkpoints({range.begin + 1, range.end + 1});
        if (!stored.ok()) {
            m_checked.leaves.clear();
            bad(stored.error().message);
            return std::move(m_checked);
        }
        for (const StoredCheckpoint& one : *stored) {
            m_checked.checkpoints.push_back({one.size, proof::openCheckpoint(one.note, identity.key)});
        }
        return std::move(m_checked);
    }

private:
    // The hashes that the log keeps of these records.
    void loadStated(const StoredHead& head) {
        const SeqRange range = m_checked.range;
        for (std::uint64_t begin = range.begin; begin < range.end && fine(); begin += merkle::kTileWidth) {
            const Result<std::vector<Digest>> tile = begin + merkle::kTileWidth <= head.size
                                                         ? m_reader.tile(0, begin / merkle::kTileWidth)
                                                         : merkle::unpackDigests(head.partial);
            if (!tile.ok()) {
                bad(tile.error().message);
                return;
            }
            m_stated.insert(m_stated.end(), tile->begin(), tile->end());
        }
    }

    void readRecords() {
        const SeqRange range = m_checked.range;
        Seq next(range.begin);
        const Status read = m_reader.visit(range, [&](Seq seq, ByteView bytes) {
            if (seq == next && fine()) {
                checkRecord(seq, bytes);
                next = Seq(seq.value + 1);
            }
            return next.value == seq.value + 1 && fine();
        });
        if (!read.ok()) {
            bad(read.error().message, next);
        } else if (next.value < range.end) {
            bad("record " + number(next) + " is missing", next);
        }
    }

    void checkRecord(Seq seq, ByteView bytes) {
        const Digest leaf = merkle::leafHash(bytes);
        const std::size_t at = seq.value - m_checked.range.begin;
        if (at >= m_stated.size() || m_stated[at] != leaf) {
            bad("record " + number(seq) + " or its stored hash was altered", seq);
            return;
        }
        const Result<AuditRecord> record = decodeAt(bytes, seq);
        if (!record.ok()) {
            bad(record.error().message, seq);
            return;
        }
        if (record->log != m_log) {
            bad("record " + number(seq) + " was written for another log", seq);
            return;
        }
        if (!record->payload.isZero()) {
            checkPayload(m_reader.complete(Bytes(bytes.begin(), bytes.end()), seq), seq);
        }
        if (record->kind == RecordKind::Intent || record->kind == RecordKind::Outcome) {
            m_checked.steps.push_back({seq, record->kind, record->ref});
        }
        m_checked.leaves.push_back(leaf);
    }

    void checkPayload(const Result<StoredRecord>& stored, Seq seq) {
        if (!stored.ok()) {
            bad(stored.error().message, seq);
        } else if (!stored->payloadBytes) {
            ++m_checked.erasedPayloads;
        } else if (proof::payloadCommitment(*stored->payloadSalt, *stored->payloadBytes) != stored->record.payload) {
            bad("the payload of record " + number(seq) + " was altered", seq);
        } else {
            ++m_checked.payloads;
        }
    }

    bool fine() const { return m_checked.finding.empty(); }
    void bad(const std::string& finding, std::optional<Seq> seq = std::nullopt) {
        if (fine()) {
            m_checked.finding = finding;
            m_checked.firstBad = seq;
        }
    }

    EvidenceReader& m_reader;
    const Digest m_log;
    std::vector<Digest> m_stated;
    CheckedRange m_checked;
};

} // namespace

CheckedRange checkRange(EvidenceReader& reader, SeqRange range, const StoredHead& head, const LogIdentity& identity) {
    return RangeCheck(reader, range, proof::logId(identity.origin)).run(head, identity);
}

} // namespace gnomon::audit
