// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/log_writer.h"
#include "backend/audit/sanitize.h"
#include "backend/base/log.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

namespace gnomon::audit {

namespace {

Error unknownOutcome(const Error& cause) {
    Error error = cause;
    error.code = ErrorCode::Unavailable; // whatever it was, the caller only knows that nothing is sure
    return error;
}

} // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::open(Parts parts) {
    GNOMON_ASSIGN(std::unique_ptr<EvidenceWriter> evidence, EvidenceWriter::open(parts.file));
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(parts.file));
    GNOMON_ASSIGN(RecoveredLog log, recoverLog(*reader, parts.identity));
    std::unique_ptr<LogWriter> writer(new LogWriter(std::move(parts), std::move(evidence), std::move(log)));
    GNOMON_TRY(writer->publish());
    writer->m_thread = std::thread([raw = writer.get()] { raw->run(); });
    return writer;
}

LogWriter::LogWriter(Parts parts, std::unique_ptr<EvidenceWriter> evidence, RecoveredLog log)
    : m_parts(std::move(parts)), m_log(proof::logId(m_parts.identity.origin)), m_evidence(std::move(evidence)),
      m_tree(std::move(log.tree)), m_openIntents(std::move(log.openIntents)) {}

LogWriter::~LogWriter() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notifyAll();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void LogWriter::append(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done) {
    {
        const MutexLock lock(m_mutex);
        if (m_queue.size() < m_parts.options.queueLimit && !m_stopping) {
            m_queue.push_back({std::move(record), std::move(payload), std::move(done)});
            m_wake.notifyOne();
            return;
        }
    }
    done(Error{ErrorCode::ResourceExhausted,
               "the audit log cannot keep up: " + std::to_string(m_parts.options.queueLimit) + " records are waiting",
               "try again; if it lasts, look at the disk that holds the audit log"});
}

std::shared_ptr<const LogSnapshot> LogWriter::snapshot() const {
    const MutexLock lock(m_mutex);
    return m_snapshot;
}

Status LogWriter::health() const {
    const MutexLock lock(m_mutex);
    return m_health;
}

void LogWriter::setHealth(const Status& status) {
    {
        const MutexLock lock(m_mutex);
        if (status.ok() == m_health.ok()) {
            m_health = status;
            return; // it was said once
        }
        m_health = status;
    }
    if (status.ok()) {
        logEvent(LogLevel::Info, "audit_log_recovered");
    } else {
        logEvent(LogLevel::Error, "audit_log_unavailable",
                 {{"reason", status.error().message}, {"remedy", status.error().remedy}});
    }
}

void LogWriter::run() {
    for (std::vector<Pending> pending = take(); !pending.empty(); pending = take()) {
        write(std::move(pending));
    }
    if (m_evidence != nullptr && m_unstored) {
        NewBatch last;
        last.sizeBefore = last.sizeAfter = m_tree.size();
        last.partial = m_tree.packPartial();
        last.checkpoint = m_unstored;
        if (const Status stored = m_evidence->commit(last); !stored.ok()) {
            logEvent(LogLevel::Warning, "audit_checkpoint_not_stored", {{"reason", stored.error().message}});
        }
    }
}

// What is queued, at most one batch; waits for the first record only. Empty: the log is closing.
std::vector<LogWriter::Pending> LogWriter::take() {
    const MutexLock lock(m_mutex);
    while (m_queue.empty() && !m_stopping) {
        m_wake.wait(m_mutex);
    }
    std::vector<Pending> pending;
    while (!m_queue.empty() && pending.size() < m_parts.options.batchLimit) {
        pending.push_back(std::move(m_queue.front()));
        m_queue.pop_front();
    }
    return pending;
}

void LogWriter::write(std::vector<Pending> pending) {
    Status ready;
    if (m_evidence == nullptr) {
        ready = reopen();
    }
    if (!ready.ok()) {
        setHealth(ready);
        for (const Pending& one : pending) {
            one.done(unknownOutcome(ready.error()));
        }
        return;
    }
    Staged staged = stage(pending);
    for (const auto& [done, error] : staged.refused) {
        done(error);
    }
    if (staged.accepted.empty()) {
        return;
    }
    const Status committed = commit(staged);
    setHealth(committed);
    if (committed.ok()) {
        setHealth(publish());
    }
    for (const Accepted& one : staged.accepted) {
        one.done(committed.ok() ? Result<port::Appended>(one.appended) : unknownOutcome(committed.error()));
    }
    if (committed.ok()) {
        m_parts.committed(m_tree.size());
    }
}

LogWriter::Staged LogWriter::stage(std::vector<Pending>& pending) {
    Staged staged;
    staged.tree = m_tree;
    staged.openIntents = m_openIntents;
    staged.batch.sizeBefore = m_tree.size();
    for (Pending& one : pending) {
        Result<NewRecord> record = prepare(one, staged);
        if (!record.ok()) {
            staged.refused.emplace_back(std::move(one.done), record.error());
            continue;
        }
        staged.tree.append(merkle::leafHash(record->bytes), staged.batch.tiles);
        if (record->opensIntent) {
            staged.openIntents.insert(record->seq);
        }
        if (record->closesIntent) {
            staged.openIntents.erase(*record->closesIntent);
        }
        staged.accepted.push_back({std::move(one.done), {record->seq, one.record.time}});
        staged.batch.records.push_back(std::move(record).value());
    }
    staged.batch.sizeAfter = staged.tree.size();
    staged.batch.partial = staged.tree.packPartial();
    staged.batch.checkpoint = m_unstored;
    return staged;
}

// Fills in what the log sets, and encodes.
Result<NewRecord> LogWriter::prepare(Pending& pending, const Staged& staged) {
    AuditRecord& record = pending.record;
    NewRecord made;
    made.seq = Seq(staged.tree.size());
    made.opensIntent = record.kind == RecordKind::Intent;
    if (record.kind == RecordKind::Outcome) {
        if (!record.ref || staged.openIntents.count(*record.ref) == 0) {
            return Error{
                ErrorCode::FailedPrecondition,
                "an outcome must refer to an intent that has none yet" +
                    (record.ref ? "; record " + std::to_string(record.ref->value) + " is no such intent" : "")};
        }
        made.closesIntent = record.ref;
    }
    makePrintable(record);
    record.version = proof::kRecordVersion;
    record.seq = made.seq;
    record.log = m_log;
    record.time = record.time == WallTime{} ? m_parts.clock.wallNow() : record.time;
    record.bootId = m_parts.options.bootId;
    record.monoNs = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(m_parts.clock.monoNow().time_since_epoch()).count());
    record.build = record.build.empty() ? m_parts.options.build : record.build;
    record.payload = {};
    if (pending.payload) {
        makePrintable(*pending.payload);
        GNOMON_ASSIGN(made.payload, proof::encodePayload(*pending.payload));
        made.salt.resize(proof::kSaltSize);
        m_parts.random.fill(made.salt);
        record.payload = proof::payloadCommitment(made.salt, made.payload);
    }
    GNOMON_ASSIGN(made.bytes, proof::encodeRecord(record));
    return made;
}

Status LogWriter::commit(Staged& staged) {
    const Status committed = m_evidence->commit(staged.batch);
    if (!committed.ok()) {
        m_evidence.reset();
        m_attempted = std::move(staged.tree);
        if (const Status reopened = reopen(); !reopened.ok()) {
            return reopened; // tells more than the error that it follows from
        }
        return committed;
    }
    m_tree = std::move(staged.tree);
    m_openIntents = std::move(staged.openIntents);
    m_unstored.reset();
    return {};
}

// After an error: a new connection, and the log must be as before the batch or exactly as the batch makes it.
Status LogWriter::reopen() {
    if (m_broken) {
        return *m_broken;
    }
    GNOMON_ASSIGN(std::unique_ptr<EvidenceWriter> evidence, EvidenceWriter::open(m_parts.file));
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(m_parts.file));
    Result<RecoveredLog> found = recoverLog(*reader, m_parts.identity);
    if (!found.ok() && found.error().code == ErrorCode::Unavailable) {
        return found.error(); // it can be tried again
    }
    const bool nothingLanded = found.ok() && found->tree == m_tree;
    const bool allLanded = found.ok() && m_attempted && found->tree == *m_attempted;
    if (!nothingLanded && !allLanded) {
        m_broken = found.ok() ? Error{ErrorCode::Corrupt, "the audit log changed while it could not be written",
                                      "stop whatever else writes to it, and verify it"}
                              : found.error();
        return *m_broken;
    }
    m_evidence = std::move(evidence);
    m_attempted.reset();
    m_openIntents = std::move(found->openIntents);
    if (allLanded) {
        m_tree = std::move(found->tree);
        GNOMON_TRY(publish());
        m_parts.committed(m_tree.size());
    }
    return {};
}

Result<Checkpoint> LogWriter::sign(const merkle::TileTree& tree) const {
    return proof::signCheckpoint(m_parts.identity.origin, tree.size(), tree.root(), m_parts.identity.key,
                                 [&](ByteView message) { return m_parts.signer.sign(message); });
}

// Signs the log as it is and shows it to everybody. Without a signature the records are durable all the same; readers
// keep the older checkpoint, which is still true.
Status LogWriter::publish() {
    Result<Checkpoint> checkpoint = sign(m_tree);
    auto snapshot = std::make_shared<LogSnapshot>();
    snapshot->tree = m_tree;
    if (checkpoint.ok()) {
        m_unstored = StoredCheckpoint{checkpoint->size, checkpoint->note};
    }
    const MutexLock lock(m_mutex);
    if (checkpoint.ok()) {
        snapshot->checkpoint = *checkpoint;
    } else if (m_snapshot != nullptr) {
        snapshot->checkpoint = m_snapshot->checkpoint;
    }
    m_snapshot = std::move(snapshot);
    return checkpoint.ok() ? Status{} : checkpoint.error();
}

} // namespace gnomon::audit
