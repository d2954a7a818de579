// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/fsck.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

#include <algorithm>

namespace gnomon::audit {

namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

// One run over the log.
class Check {
public:
    Check(EvidenceReader& reader, const LogIdentity& identity)
        : m_reader(reader), m_identity(identity), m_log(proof::logId(identity.origin)) {}

    Result<FsckReport> run(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
        GNOMON_ASSIGN(const StoredHead head, m_reader.head());
        GNOMON_ASSIGN(const std::vector<Seq> open, m_reader.openIntents());
        m_head = head;
        const bool done = readRecords(head.size, progress);
        if (!done) {
            return Error{ErrorCode::Cancelled, "the check was stopped"};
        }
        if (m_report.ok()) {
            checkEnd(head, open);
        }
        m_report.records = m_tree.size();
        m_report.root = m_tree.root();
        m_report.openIntents = m_open.size();
        return m_report;
    }

private:
    bool readRecords(std::uint64_t size, const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
        for (std::uint64_t begin = 0; begin < size && m_report.ok(); begin += merkle::kTileWidth) {
            if (progress && !progress(begin, size)) {
                return false;
            }
            loadStated(Seq(begin));
            checkRecords({begin, std::min(begin + merkle::kTileWidth, size)});
        }
        return true;
    }

    void checkRecords(SeqRange range) {
        Seq next(range.begin);
        const Status read = m_reader.visit(range, [&](Seq seq, ByteView bytes) {
            if (seq == next && m_report.ok()) {
                checkRecord(seq, bytes);
                next = Seq(seq.value + 1);
            }
            return next.value == seq.value + 1 && m_report.ok();
        });
        if (!read.ok()) {
            bad(read.error().message, next);
        } else if (next.value < range.end) {
            bad("record " + number(next.value) + " is missing", next);
        }
    }

    // What the log keeps of the 256 records from seq on: their hashes and the checkpoints between them.
    void loadStated(Seq seq) {
        const Result<std::vector<Digest>> stated = seq.value + merkle::kTileWidth <= m_head.size
                                                       ? m_reader.tile(0, seq.value / merkle::kTileWidth)
                                                       : merkle::unpackDigests(m_head.partial);
        if (!stated.ok()) {
            bad(stated.error().message);
            return;
        }
        const Result<std::vector<StoredCheckpoint>> checkpoints =
            m_reader.checkpoints({seq.value + 1, seq.value + 1 + merkle::kTileWidth});
        if (!checkpoints.ok()) {
            bad(checkpoints.error().message);
            return;
        }
        m_stated = *stated;
        m_checkpoints = *checkpoints;
    }

    void checkRecord(Seq seq, ByteView bytes) {
        const Digest leaf = merkle::leafHash(bytes);
        const std::size_t at = seq.value % merkle::kTileWidth;
        if (at >= m_stated.size() || m_stated[at] != leaf) {
            bad("record " + number(seq.value) + " or its stored hash was altered", seq);
            return;
        }
        const Result<StoredRecord> stored = m_reader.complete(Bytes(bytes.begin(), bytes.end()), seq);
        if (!stored.ok()) {
            bad(stored.error().message, seq);
            return;
        }
        if (stored->record.log != m_log) {
            bad("record " + number(seq.value) + " was written for another log", seq);
            return;
        }
        checkPayload(*stored);
        follow(stored->record);
        grow(leaf);
    }

    void checkPayload(const StoredRecord& stored) {
        if (stored.payloadBytes) {
            ++m_report.payloads;
            if (proof::payloadCommitment(*stored.payloadSalt, *stored.payloadBytes) != stored.record.payload) {
                bad("the payload of record " + number(stored.record.seq.value) + " was altered", stored.record.seq);
            }
        } else if (!stored.record.payload.isZero()) {
            ++m_report.erasedPayloads;
        }
    }

    void follow(const AuditRecord& record) {
        if (record.kind == RecordKind::Intent) {
            m_open.insert(record.seq);
        } else if (record.kind == RecordKind::Outcome && (!record.ref || m_open.erase(*record.ref) == 0)) {
            bad("record " + number(record.seq.value) + " is an outcome without an open intent", record.seq);
        }
    }

    void grow(const Digest& leaf) {
        std::vector<merkle::Tile> full;
        m_tree.append(leaf, full);
        for (const merkle::Tile& tile : full) {
            const Result<std::vector<Digest>> stored = m_reader.tile(tile.level, tile.index);
            if (!stored.ok() || *stored != tile.hashes) {
                bad("tile " + number(tile.level) + "/" + number(tile.index) + " was altered");
            }
        }
        checkCheckpoints();
    }

    void checkCheckpoints() {
        for (const StoredCheckpoint& one : m_checkpoints) {
            if (one.size == m_tree.size()) {
                checkCheckpoint(one);
            }
        }
    }

    void checkCheckpoint(const StoredCheckpoint& stored) {
        const Result<Checkpoint> opened = proof::openCheckpoint(stored.note, m_identity.key);
        if (!opened.ok()) {
            bad("the checkpoint of size " + number(stored.size) + ": " + opened.error().message);
        } else if (opened->size != stored.size || opened->origin != m_identity.origin ||
                   opened->root != m_tree.root()) {
            bad("records " + number(m_signed) + " to " + number(stored.size) + " (exclusive) are not what was signed",
                Seq(m_signed));
        }
        m_signed = stored.size;
        ++m_report.checkpoints;
    }

    void checkEnd(const StoredHead& head, const std::vector<Seq>& open) {
        if (m_tree.packPartial() != head.partial) {
            bad("the head does not fit the records");
        }
        const Result<std::uint64_t> end = m_reader.end();
        if (!end.ok() || *end != head.size) {
            bad(end.ok() ? "record " + number(head.size) + " was added behind the end" : end.error().message,
                Seq(head.size));
        }
        const Result<std::optional<StoredCheckpoint>> newest = m_reader.newestCheckpoint();
        if (!newest.ok() || (*newest && (*newest)->size > head.size)) {
            bad(newest.ok()
                    ? "record " + number(head.size) + " is missing: " + number((*newest)->size) + " records were signed"
                    : newest.error().message,
                Seq(head.size));
        }
        if (std::set<Seq>(open.begin(), open.end()) != m_open) {
            bad("the list of open intents does not fit the records");
        }
    }

    void bad(const std::string& finding, std::optional<Seq> seq = std::nullopt) {
        if (m_report.ok()) {
            m_report.finding = finding;
            m_report.firstBad = seq;
        }
    }

    EvidenceReader& m_reader;
    const LogIdentity& m_identity;
    const Digest m_log;
    StoredHead m_head;
    std::vector<Digest> m_stated;
    std::vector<StoredCheckpoint> m_checkpoints;
    merkle::TileTree m_tree;
    std::set<Seq> m_open;
    std::uint64_t m_signed = 0; // up to where checkpoints were good
    FsckReport m_report;
};

} // namespace

Result<FsckReport> checkWholeLog(const std::filesystem::path& file, const LogIdentity& identity,
                                 const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress) {
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(file));
    GNOMON_TRY(reader->holdSnapshot());
    return Check(*reader, identity).run(progress);
}

} // namespace gnomon::audit
