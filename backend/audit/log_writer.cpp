// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/audit/log_writer.h"
#include "backend/audit/sanitize.h"
#include "backend/base/log.h"
#include "backend/base/thread_name.h"
#include "backend/merkle/hash.h"
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <utility>

namespace gnomon::audit {

namespace {

Error unknownOutcome(const Error& cause) {
    Error error = cause;
    error.code = ErrorCode::Unavailable; // whatever it was, the caller only knows that nothing is sure
    return error;
}

void tell(const Status& health) {
    if (health.ok()) {
        logEvent(LogLevel::Info, "audit_log_recovered");
    } else {
        logEvent(LogLevel::Error, "audit_log_unavailable",
                 {{"reason", health.error().message}, {"remedy", health.error().remedy}});
    }
}

} // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::open(Parts parts) {
    GNOMON_ASSIGN(std::unique_ptr<EvidenceWriter> evidence, EvidenceWriter::open(parts.file));
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(parts.file));
    GNOMON_ASSIGN(RecoveredLog log, recoverLog(*reader, parts.identity));
    GNOMON_ASSIGN(std::unique_ptr<ReserveFile> reserve,
                  ReserveFile::open(parts.reserve, proof::logId(parts.identity.origin), parts.options.reserveBytes));
    std::unique_ptr<LogWriter> writer(
        new LogWriter(std::move(parts), std::move(evidence), std::move(log), std::move(reserve)));
    writer->m_published.publish(writer->m_tree);
    GNOMON_TRY(writer->m_published.sign());
    if (!writer->m_reserve->empty()) {
        writer->settle(writer->makeReady());
    }
    return writer;
}

LogWriter::LogWriter(Parts parts, std::unique_ptr<EvidenceWriter> evidence, RecoveredLog log,
                     std::unique_ptr<ReserveFile> reserve)
    : m_parts(std::move(parts)), m_log(proof::logId(m_parts.identity.origin)), m_evidence(std::move(evidence)),
      m_tree(std::move(log.tree)), m_openIntents(std::move(log.openIntents)),
      m_published(m_parts.identity, m_parts.signer), m_stored(log.checkpoint ? log.checkpoint->size : 0),
      m_reserve(std::move(reserve)), m_committed([](std::uint64_t) {}),
      m_queue(m_parts.options.queueLimit, std::min(m_parts.options.batchLimit, kLargestCommit)) {}

void LogWriter::start(std::function<void(std::uint64_t size)> committed) {
    m_committed = std::move(committed);
    m_thread = std::thread([this] {
        nameThread("audit-writer");
        run();
    });
}

LogWriter::~LogWriter() {
    m_queue.close();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void LogWriter::append(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done) {
    PendingRecord pending{std::move(record), std::move(payload), std::move(done)};
    if (m_queue.push(std::move(pending))) {
        return;
    }
    {
        const MutexLock lock(m_mutex);
        ++m_load.turnedAway;
    }
    pending.done(
        Error{ErrorCode::ResourceExhausted,
              "the audit log cannot keep up: " + std::to_string(m_parts.options.queueLimit) + " records are waiting",
              "try again; if it lasts, look at the disk that holds the audit log"});
}

Result<port::Appended> LogWriter::append(AuditRecord record, std::optional<AuditPayload> payload) {
    std::promise<Result<port::Appended>> promise;
    const auto done = [&](Result<port::Appended> result) { promise.set_value(std::move(result)); };
    if (m_queue.claim()) {
        PendingBatch own;
        own.push_back({std::move(record), std::move(payload), done});
        write(std::move(own));
        m_queue.release();
    } else {
        append(std::move(record), std::move(payload), done);
    }
    return promise.get_future().get();
}

Status LogWriter::health() const {
    {
        const MutexLock lock(m_mutex);
        if (!m_health.ok()) {
            return m_health;
        }
    }
    return m_published.health();
}

AuditLoad LogWriter::load() const {
    const MutexLock lock(m_mutex);
    AuditLoad load = m_load;
    load.queued = m_queue.size();
    load.queueLimit = m_parts.options.queueLimit;
    return load;
}

void LogWriter::countCommit(std::chrono::nanoseconds took) {
    const auto& bounds = AuditLoad::kBounds;
    const auto bound = std::lower_bound(bounds.begin(), bounds.end(), std::chrono::duration<double>(took).count());
    const MutexLock lock(m_mutex);
    ++m_load.commits[static_cast<std::size_t>(bound - bounds.begin())];
    m_load.commitTime += took;
}

void LogWriter::tellReserve() {
    const MutexLock lock(m_mutex);
    m_load.held = m_uncleared ? 0 : m_reserve->entries().size();
    m_load.reservePercent = m_reserve->percentFull();
    m_load.lost = m_lost;
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
    tell(status);
}

// After an attempt to write: says how it went, and when to try again.
void LogWriter::settle(const Status& status) {
    m_trouble = status;
    m_lost = m_lost && !status.ok();
    tellReserve();
    if (status.ok()) {
        m_retryAt.reset();
        m_retryAfter = kFirstRetry;
        return setHealth(m_uncleared ? Status(*m_uncleared) : status);
    }
    const Time now = std::chrono::steady_clock::now();
    if (!m_retryAt || *m_retryAt <= now) {
        m_retryAt = now + m_retryAfter;
        m_retryAfter = std::min(2 * m_retryAfter, kLastRetry);
    }
    Error error = status.error();
    if (!m_reserve->empty()) {
        error.message += "; the reserve, where the node's own records wait, is " +
                         std::to_string(m_reserve->percentFull()) +
                         " % full: " + std::to_string(m_reserve->entries().size()) + " waiting";
    }
    if (m_lost) {
        error.message += "; the reserve takes no more";
    }
    setHealth(error);
}

void LogWriter::run() {
    const auto next = [this] { return std::min(m_retryAt.value_or(Time::max()), m_signAt.value_or(Time::max())); };
    for (auto batch = m_queue.take(next); batch; batch = m_queue.take(next)) {
        batch->empty() ? idle() : write(std::move(*batch));
        m_queue.release();
    }
    m_retryAt.reset(); // now or at the next start
    signRest();
    const Status ready = makeReady();
    if (const Status stored = ready.ok() && unstored() ? storeCheckpoint() : ready; !stored.ok()) {
        logEvent(LogLevel::Warning, "audit_checkpoint_not_stored", {{"reason", stored.error().message}});
    }
}

// Nothing is queued, and it is time to sign or to try again.
void LogWriter::idle() {
    const Time now = std::chrono::steady_clock::now();
    if (m_signAt && *m_signAt <= now) {
        signRest();
    }
    if (m_retryAt && *m_retryAt <= now) {
        recover();
    }
}

// Without a record at hand: the newest checkpoint is what shows whether the log can be written.
void LogWriter::recover() {
    m_retryAt.reset();
    Status status = makeReady();
    if (status.ok()) {
        status = storeCheckpoint();
    }
    settle(status);
}

// The log's tail is verified, nothing waits in the reserve, and little is unsigned.
Status LogWriter::makeReady() {
    if (m_evidence == nullptr) {
        GNOMON_TRY(reopen());
    }
    if (!m_reserve->empty()) {
        GNOMON_TRY(mergeReserve());
    }
    return makeSigned();
}

// What the next commit adds must stay within what may be unsigned, or the log could not be opened again.
Status LogWriter::makeSigned() {
    const auto tooMuch = [this] {
        const std::optional<Checkpoint> newest = m_published.newest();
        return m_tree.size() - (newest ? newest->size : 0) > kMostUnsigned - kLargestCommit;
    };
    if (tooMuch()) {
        signRest();
    }
    if (!tooMuch()) {
        return {};
    }
    const Status health = m_published.health(); // somebody else may have signed an older tree meanwhile
    return health.ok() ? Error{ErrorCode::Unavailable, "the newest records are not signed yet", "try again"} : health;
}

Status LogWriter::mergeReserve() {
    if (m_retryAt && std::chrono::steady_clock::now() < *m_retryAt) {
        return m_trouble; // it costs too much to be tried for each record
    }
    if (!m_uncleared) {
        GNOMON_TRY(mergeEntries());
    }
    const Status cleared = m_reserve->clear();
    m_uncleared = cleared.ok() ? std::nullopt : std::optional(cleared.error());
    return {}; // the log itself can be written
}

Status LogWriter::mergeEntries() {
    GNOMON_ASSIGN(const std::unique_ptr<EvidenceReader> reader, EvidenceReader::open(m_parts.file));
    GNOMON_ASSIGN(std::size_t merged, countMerged(*m_reserve, *reader, m_tree.size()));
    while (merged < m_reserve->entries().size()) {
        GNOMON_ASSIGN(ReserveRest rest, unmerged(*m_reserve, *reader, m_tree.size(), merged, kLargestCommit - 1));
        merged = rest.merged;
        if (!rest.gap) {
            continue;
        }
        PendingBatch pending;
        pending.push_back({std::move(rest.gap->record), std::move(rest.gap->payload), {}, false});
        for (ReservedRecord& one : rest.records) {
            pending.push_back({std::move(one.record), std::move(one.payload), {}, true});
        }
        GNOMON_TRY(makeSigned()); // before what is to be stored with the batch is looked up
        Staged staged = stage(pending);
        if (!staged.refused.empty()) {
            return staged.refused.front().second;
        }
        GNOMON_TRY(commit(staged));
        logEvent(LogLevel::Info, "audit_reserve_merged", {{"records", std::to_string(rest.records.size())}});
        publish();
        setHealth({});
        m_committed(m_tree.size());
    }
    return {};
}

Status LogWriter::storeCheckpoint() {
    NewBatch last;
    last.sizeBefore = last.sizeAfter = m_tree.size();
    last.partial = m_tree.packPartial();
    last.checkpoint = unstored();
    Status stored = m_evidence->commit(last);
    if (stored.ok()) {
        m_stored = last.checkpoint.value_or(StoredCheckpoint{m_stored, {}}).size;
    } else {
        m_evidence.reset();
    }
    return stored;
}

void LogWriter::write(PendingBatch pending) {
    const Status ready = makeReady();
    if (!ready.ok()) {
        return keepOwn(std::move(pending), ready.error());
    }
    Staged staged = stage(pending);
    for (const auto& [done, error] : staged.refused) {
        done(error);
    }
    if (staged.accepted.empty()) {
        return;
    }
    if (const Status committed = commit(staged); !committed.ok()) {
        return keep(std::move(staged), committed.error());
    }
    publish();
    settle({});
    for (const Accepted& one : staged.accepted) {
        one.done(one.appended);
    }
    m_committed(m_tree.size());
    const std::optional<Checkpoint> newest = m_published.newest();
    if (!newest || m_tree.size() - newest->size >= kUnsigned) {
        signRest();
    }
}

void LogWriter::keepOwn(PendingBatch pending, const Error& cause) {
    const auto others = std::stable_partition(pending.begin(), pending.end(),
                                              [](const PendingRecord& one) { return mayUseReserve(one.record); });
    PendingBatch own(std::make_move_iterator(pending.begin()), std::make_move_iterator(others));
    Staged staged = stage(own);
    for (const auto& [done, error] : staged.refused) {
        done(error);
    }
    keep(std::move(staged), cause);
    for (auto other = others; other != pending.end(); ++other) {
        other->done(unknownOutcome(cause));
    }
}

// The log could not be written. The node's own records become durable in the reserve; the others are refused.
void LogWriter::keep(Staged staged, const Error& cause) {
    std::vector<ReserveEntry> entries;
    for (std::size_t i = 0; i < staged.accepted.size(); ++i) {
        if (staged.accepted[i].own) {
            const bool first = m_reserve->empty() && entries.empty();
            entries.push_back({m_tree.size(), std::move(staged.batch.records[i].bytes),
                               std::move(staged.batch.records[i].payload), first ? cause.message : std::string()});
        }
    }
    const Status kept = entries.empty() ? Status{} : m_reserve->append(entries);
    const bool wasLost = m_lost;
    m_lost = entries.empty() ? m_lost : !kept.ok();
    settle(cause);
    for (Accepted& one : staged.accepted) {
        one.appended.reserved = one.own && kept.ok();
        one.done(one.appended.reserved ? Result<port::Appended>(one.appended) : unknownOutcome(cause));
    }
    if (m_lost && !wasLost) {
        logEvent(LogLevel::Error, "audit_trail_lost", {{"reason", kept.error().message}});
        m_parts.options.lost();
    }
}

LogWriter::Staged LogWriter::stage(PendingBatch& pending) {
    Staged staged;
    staged.tree = m_tree;
    staged.openIntents = m_openIntents;
    staged.batch.sizeBefore = m_tree.size();
    for (PendingRecord& one : pending) {
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
        staged.accepted.push_back({std::move(one.done), {record->seq, one.record.time}, mayUseReserve(one.record)});
        staged.batch.records.push_back(std::move(record).value());
    }
    staged.batch.sizeAfter = staged.tree.size();
    staged.batch.partial = staged.tree.packPartial();
    staged.batch.checkpoint = unstored();
    return staged;
}

// Fills in what the log sets, and encodes.
Result<NewRecord> LogWriter::prepare(PendingRecord& pending, const Staged& staged) {
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
    if (!pending.reserved) {
        record.bootId = m_parts.options.bootId;
        record.monoNs = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(m_parts.clock.monoNow().time_since_epoch()).count());
    }
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
    const Time begun = std::chrono::steady_clock::now();
    Status committed = m_evidence->commit(staged.batch);
    countCommit(std::chrono::steady_clock::now() - begun);
    if (!committed.ok()) {
        m_evidence.reset();
        m_attempted = std::move(staged.tree);
        if (Status reopened = reopen(); !reopened.ok()) {
            return reopened; // tells more than the error that it follows from
        }
        return committed;
    }
    m_tree = std::move(staged.tree);
    m_openIntents = std::move(staged.openIntents);
    m_stored = staged.batch.checkpoint.value_or(StoredCheckpoint{m_stored, {}}).size;
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
        publish();
        m_committed(m_tree.size());
    }
    return {};
}

// What is durable can be read from now on, and is signed before long.
void LogWriter::publish() {
    m_published.publish(m_tree);
    m_signAt = std::chrono::steady_clock::now() + kSignAfter;
}

// Without a signature the records are durable all the same; the next ones make the next attempt.
void LogWriter::signRest() {
    m_signAt.reset();
    const bool knew = m_published.health().ok();
    if (const Status made = m_published.sign(); made.ok() != knew) {
        tell(made);
    }
}

// The newest checkpoint, if it is not in the log yet.
std::optional<StoredCheckpoint> LogWriter::unstored() const {
    const std::optional<Checkpoint> newest = m_published.newest();
    return newest && newest->size > m_stored ? std::optional(StoredCheckpoint{newest->size, newest->note})
                                             : std::nullopt;
}

} // namespace gnomon::audit
