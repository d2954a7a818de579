// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/append_queue.h"
#include "backend/audit/audit_log.h"
#include "backend/audit/evidence_writer.h"
#include "backend/audit/published_log.h"
#include "backend/audit/reserve_merge.h"
#include "backend/base/mutex.h"

#include <thread>

namespace gnomon::audit {

// Appends: a bounded queue, and one thread that commits what is queued as one transaction (FORMAT.md section 4). Who
// waits for a record of its own writes it itself when nobody else is writing; that spares two changes of thread. While
// the log cannot be written, the node's own records go into the reserve, everything else is refused, and the thread
// tries again by itself. Thread-safe. The destructor commits what is queued, stores the last checkpoint and ends the
// thread.
class LogWriter {
public:
    struct Parts {
        AuditLogOptions options;
        const Clock& clock;
        Random& random;
        port::Signer& signer;
        LogIdentity identity;
        std::filesystem::path file;
        std::filesystem::path reserve;
    };

    // Verifies the tail, and merges what an earlier run left in the reserve.
    static Result<std::unique_ptr<LogWriter>> open(Parts parts);
    ~LogWriter();

    // Begins to take records; once. committed: called from whichever thread wrote, after callers were told.
    void start(std::function<void(std::uint64_t size)> committed);

    // done: called from the writer's thread, or from this one when the record is refused at once.
    void append(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done);
    // Returns when the record is durable or refused.
    Result<port::Appended> append(AuditRecord record, std::optional<AuditPayload> payload);
    PublishedLog& published() { return m_published; }
    const PublishedLog& published() const { return m_published; }
    // Why the log cannot be written or its checkpoint is old; ok when all is well.
    Status health() const;
    AuditLoad load() const;

private:
    using Time = AppendQueue::Time;
    struct Accepted {
        port::AppendCallback done;
        port::Appended appended;
        bool own = false; // may use the reserve
    };
    // One batch on its way to the disk, and what the log will be once it is there.
    struct Staged {
        NewBatch batch;
        merkle::TileTree tree;
        std::set<Seq> openIntents;
        std::vector<Accepted> accepted;
        std::vector<std::pair<port::AppendCallback, Error>> refused;
    };

    LogWriter(Parts parts, std::unique_ptr<EvidenceWriter> evidence, RecoveredLog log,
              std::unique_ptr<ReserveFile> reserve);
    void run();
    void write(PendingBatch pending);
    void idle();
    void recover();
    Status makeReady();
    Status makeSigned();
    Status mergeReserve();
    Status mergeEntries();
    Status storeCheckpoint();
    void keep(Staged staged, const Error& cause);
    void keepOwn(PendingBatch pending, const Error& cause);
    Staged stage(PendingBatch& pending);
    Result<NewRecord> prepare(PendingRecord& pending, const Staged& staged);
    Status commit(Staged& staged);
    Status reopen();
    Time nextTime() const;
    void publish();
    void signRest();
    std::optional<StoredCheckpoint> unstored() const;
    void settle(const Status& status);
    void setHealth(const Status& status);
    void countCommit(std::chrono::nanoseconds took);
    void tellReserve();

    static constexpr std::uint64_t kUnsigned = 256; // records, at most a batch more while the signer works
    static constexpr std::size_t kLargestCommit = kMostUnsigned / 2;
    static constexpr std::chrono::milliseconds kSignAfter{20}; // without another record
    static constexpr std::chrono::milliseconds kFirstRetry{100};
    static constexpr std::chrono::milliseconds kLastRetry{2000};

    const Parts m_parts;
    const Digest m_log;

    // Whose turn it is to write (m_queue) has these to itself; the constructor before anybody.
    std::unique_ptr<EvidenceWriter> m_evidence; // null after an error, until the tail was verified again
    merkle::TileTree m_tree;                    // what is known to be durable
    std::set<Seq> m_openIntents;
    PublishedLog m_published;
    std::uint64_t m_stored;                      // size of the newest checkpoint that is stored
    std::optional<Time> m_signAt;                // there are records that no signature covers
    std::optional<merkle::TileTree> m_attempted; // what a failed commit would have made of it
    std::optional<Error> m_broken;               // the log is not what it was; a person must look
    std::unique_ptr<ReserveFile> m_reserve;
    std::optional<Error> m_uncleared; // the reserve's entries are in the log, but it could not be cleared
    bool m_lost = false;              // not even the reserve took the last record of the node's own
    Status m_trouble;                 // of the last attempt
    std::optional<Time> m_retryAt;
    std::chrono::milliseconds m_retryAfter = kFirstRetry;
    std::function<void(std::uint64_t size)> m_committed;

    AppendQueue m_queue;

    mutable Mutex m_mutex;
    Status m_health GUARDED_BY(m_mutex);
    AuditLoad m_load GUARDED_BY(m_mutex); // but for what load() fills in

    std::thread m_thread;
};

} // namespace gnomon::audit
