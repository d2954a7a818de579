// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/fsck.h"
#include "backend/audit/fsck_range.h"

#include <algorithm>
#include <deque>
#include <future>
#include <thread>

namespace gnomon::audit {

namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

constexpr std::uint64_t kRange = 16 * merkle::kTileWidth; // records that a thread checks at a time

// One run over the log: threads check ranges of it, and here what they found comes together in order.
class Check {
public:
    Check(EvidenceReader& reader, ReaderPool& others, const LogIdentity& identity)
        : m_reader(reader), m_others(others), m_identity(identity) {}

    Result<FsckReport> run(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
        GNOMON_ASSIGN(m_head, m_reader.head());
        GNOMON_ASSIGN(const std::vector<Seq> open, m_reader.openIntents());
        while (m_report.ok() && m_tree.size() < m_head.size) {
            if (progress && !progress(m_tree.size(), m_head.size)) {
                return Error{ErrorCode::Cancelled, "the check was stopped"};
            }
            beginRanges();
            follow(m_ahead.front().get());
            m_ahead.pop_front();
        }
        m_ahead.clear();
        if (m_report.ok()) {
            checkEnd(m_head, open);
        }
        m_report.records = m_tree.size();
        m_report.root = m_tree.root();
        m_report.openIntents = m_open.size();
        m_report.signedRecords = m_signed;
        return m_report;
    }

private:
    void beginRanges() {
        const std::size_t threads = std::max(2u, std::thread::hardware_concurrency());
        while (m_ahead.size() < threads && m_begun < m_head.size) {
            const SeqRange range{m_begun, std::min(m_begun + kRange, m_head.size)};
            m_ahead.push_back(std::async(std::launch::async, [this, range]() {
                const Result<ReaderPool::Lease> reader = m_others.borrow();
                return reader.ok() ? checkRange(**reader, range, m_head, m_identity)
                                   : CheckedRange{range, {}, {}, {}, 0, 0, reader.error().message, Seq(range.begin)};
            }));
            m_begun = range.end;
        }
    }

    void follow(const CheckedRange& checked) {
        auto step = checked.steps.begin();
        auto checkpoint = checked.checkpoints.begin();
        for (const Digest& leaf : checked.leaves) {
            if (step != checked.steps.end() && step->seq.value == m_tree.size()) {
                follow(*step++);
            }
            grow(leaf);
            if (checkpoint != checked.checkpoints.end() && checkpoint->size == m_tree.size()) {
                follow(*checkpoint++);
            }
            if (!m_report.ok()) {
                return;
            }
        }
        m_report.payloads += checked.payloads;
        m_report.erasedPayloads += checked.erasedPayloads;
        if (!checked.finding.empty()) {
            bad(checked.finding, checked.firstBad);
        }
    }

    void follow(const IntentStep& step) {
        if (step.kind == RecordKind::Intent) {
            m_open.insert(step.seq);
        } else if (!step.ref || m_open.erase(*step.ref) == 0) {
            bad("record " + number(step.seq.value) + " is an outcome without an open intent", step.seq);
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
    }

    void follow(const OpenedCheckpoint& stored) {
        const Result<Checkpoint>& opened = stored.checkpoint;
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
        if (const auto finding = tooManyUnsigned(m_signed, head.size)) {
            bad(*finding, Seq(m_signed));
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

    EvidenceReader& m_reader; // holds one snapshot to the end
    ReaderPool& m_others;
    const LogIdentity& m_identity;
    StoredHead m_head;
    merkle::TileTree m_tree;
    std::set<Seq> m_open;
    std::uint64_t m_signed = 0; // up to where checkpoints were good
    FsckReport m_report;
    std::uint64_t m_begun = 0;                     // records that a thread has or had
    std::deque<std::future<CheckedRange>> m_ahead; // in order; last: their threads use what is above
};

} // namespace

Result<FsckReport> checkWholeLog(const std::filesystem::path& file, const LogIdentity& identity,
                                 const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress) {
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(file));
    GNOMON_TRY(reader->holdSnapshot());
    ReaderPool others(file);
    return Check(*reader, others, identity).run(progress);
}

} // namespace gnomon::audit
