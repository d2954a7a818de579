// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/evidence_writer.h"
#include "backend/audit/recovery.h"
#include "backend/audit/reserve_merge.h"
#include "backend/base/mutex.h"

#include <deque>
#include <thread>

namespace gnomon::audit {

// The log as everybody may see it: what is durable, and a signed checkpoint of it. Immutable.
struct LogSnapshot {
    merkle::TileTree tree;
    Checkpoint checkpoint;
};

// Appends: a bounded queue, and one thread that commits what is queued as one transaction (FORMAT.md section 4). While
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

    // Begins to take records; once. committed: called from the writer's thread, after callers were told.
    void start(std::function<void(std::uint64_t size)> committed);

    void append(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done);
    std::shared_ptr<const LogSnapshot> snapshot() const;
    // Why the log cannot be written or its checkpoint is old; ok when all is well.
    Status health() const;
    AuditLoad load() const;

private:
    struct Pending {
        AuditRecord record;
        std::optional<AuditPayload> payload;
        port::AppendCallback done;
        bool reserved = false; // comes from the reserve, with the boot and the time that it was made at
    };
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
    std::optional<std::vector<Pending>> take();
    void write(std::vector<Pending> pending);
    void recover();
    Status makeReady();
    Status mergeReserve();
    Status storeCheckpoint();
    void keep(Staged staged, const Error& cause);
    void keepOwn(std::vector<Pending> pending, const Error& cause);
    Staged stage(std::vector<Pending>& pending);
    Result<NewRecord> prepare(Pending& pending, const Staged& staged);
    Status commit(Staged& staged);
    Status reopen();
    Status publish();
    Result<Checkpoint> sign(const merkle::TileTree& tree) const;
    void settle(const Status& status);
    void setHealth(const Status& status);
    void countCommit(std::chrono::nanoseconds took);
    void tellReserve();

    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kFirstRetry{100};
    static constexpr std::chrono::milliseconds kLastRetry{2000};

    const Parts m_parts;
    const Digest m_log;

    // The writer thread's own (the constructor's before it starts).
    std::unique_ptr<EvidenceWriter> m_evidence; // null after an error, until the tail was verified again
    merkle::TileTree m_tree;                    // what is known to be durable
    std::set<Seq> m_openIntents;
    std::optional<StoredCheckpoint> m_unstored;  // signed, goes into the next transaction
    std::optional<merkle::TileTree> m_attempted; // what a failed commit would have made of it
    std::optional<Error> m_broken;               // the log is not what it was; a person must look
    std::unique_ptr<ReserveFile> m_reserve;
    std::optional<Error> m_uncleared; // the reserve's entries are in the log, but it could not be cleared
    bool m_lost = false;              // not even the reserve took the last record of the node's own
    Status m_trouble;                 // of the last attempt
    std::optional<Time> m_retryAt;
    std::chrono::milliseconds m_retryAfter = kFirstRetry;
    std::function<void(std::uint64_t size)> m_committed;

    mutable Mutex m_mutex;
    Condition m_wake;
    std::deque<Pending> m_queue GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::shared_ptr<const LogSnapshot> m_snapshot GUARDED_BY(m_mutex); // readers keep the one that they use
    Status m_health GUARDED_BY(m_mutex);
    AuditLoad m_load GUARDED_BY(m_mutex); // but for what load() fills in

    std::thread m_thread;
};

} // namespace gnomon::audit
