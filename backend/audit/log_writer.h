// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/evidence_writer.h"
#include "backend/audit/recovery.h"
#include "backend/base/mutex.h"

#include <deque>
#include <thread>

namespace gnomon::audit {

// The log as everybody may see it: what is durable, and a signed checkpoint of it. Immutable.
struct LogSnapshot {
    merkle::TileTree tree;
    Checkpoint checkpoint;
};

// Appends: a bounded queue, and one thread that commits what is queued as one transaction (FORMAT.md section 4).
// Thread-safe. The destructor commits what is queued, stores the last checkpoint and ends the thread.
class LogWriter {
public:
    struct Parts {
        AuditLogOptions options;
        const Clock& clock;
        Random& random;
        port::Signer& signer;
        LogIdentity identity;
        std::filesystem::path file;
        std::function<void(std::uint64_t size)> committed; // from the writer's thread, after callers were told
    };

    static Result<std::unique_ptr<LogWriter>> open(Parts parts);
    ~LogWriter();

    void append(AuditRecord record, std::optional<AuditPayload> payload, port::AppendCallback done);
    std::shared_ptr<const LogSnapshot> snapshot() const;
    // Why the log cannot be written or its checkpoint is old; ok when all is well.
    Status health() const;

private:
    struct Pending {
        AuditRecord record;
        std::optional<AuditPayload> payload;
        port::AppendCallback done;
    };
    struct Accepted {
        port::AppendCallback done;
        port::Appended appended;
    };
    // One batch on its way to the disk, and what the log will be once it is there.
    struct Staged {
        NewBatch batch;
        merkle::TileTree tree;
        std::set<Seq> openIntents;
        std::vector<Accepted> accepted;
        std::vector<std::pair<port::AppendCallback, Error>> refused;
    };

    LogWriter(Parts parts, std::unique_ptr<EvidenceWriter> evidence, RecoveredLog log);
    void run();
    std::vector<Pending> take();
    void write(std::vector<Pending> pending);
    Staged stage(std::vector<Pending>& pending);
    Result<NewRecord> prepare(Pending& pending, const Staged& staged);
    Status commit(Staged& staged);
    Status reopen();
    Status publish();
    Result<Checkpoint> sign(const merkle::TileTree& tree) const;
    void setHealth(const Status& status);

    const Parts m_parts;
    const Digest m_log;

    // The writer thread's own (the constructor's before it starts).
    std::unique_ptr<EvidenceWriter> m_evidence; // null after an error, until the tail was verified again
    merkle::TileTree m_tree;                    // what is known to be durable
    std::set<Seq> m_openIntents;
    std::optional<StoredCheckpoint> m_unstored;  // signed, goes into the next transaction
    std::optional<merkle::TileTree> m_attempted; // what a failed commit would have made of it
    std::optional<Error> m_broken;               // the log is not what it was; a person must look

    mutable Mutex m_mutex;
    Condition m_wake;
    std::deque<Pending> m_queue GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::shared_ptr<const LogSnapshot> m_snapshot GUARDED_BY(m_mutex); // readers keep the one that they use
    Status m_health GUARDED_BY(m_mutex);

    std::thread m_thread; // last: starts when everything else is there
};

} // namespace gnomon::audit
