// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/random.h"
#include "backend/base/result.h"
#include "backend/domain/audit.h"
#include "backend/port/audit_sink.h"
#include "backend/port/signer.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::audit {

struct AuditLogOptions {
    std::filesystem::path folder; // audit.db, audit_index.db and audit.reserve lie here
    std::string origin;           // "gnomon.example/site1/node-a/audit"
    std::string bootId;
    std::string build;
    std::size_t queueLimit = 4096;          // records waiting for the writer
    std::size_t batchLimit = 256;           // records per commit
    std::uint64_t reserveBytes = 16u << 20; // of audit.reserve, taken at once
    std::size_t indexBlock = 65536;         // records per block of the search index, at most that; less only for tests
    // Not even the reserve takes what the node does on its own (once, until it can be written again). From whichever
    // thread writes; must not block.
    std::function<void()> lost = [] {};
};

// How much the log has to do, for metrics.
struct AuditLoad {
    // Upper bounds of the commit times that are counted apart, in seconds; the last count is of everything above.
    static constexpr std::array<double, 11> kBounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5};

    std::size_t queued = 0; // records waiting for the writer
    std::size_t queueLimit = 0;
    std::uint64_t turnedAway = 0; // records that found the queue full
    std::uint64_t held = 0;       // records that wait in the reserve
    int reservePercent = 0;
    bool lost = false; // not even the reserve takes more
    std::array<std::uint64_t, kBounds.size() + 1> commits{};
    std::chrono::nanoseconds commitTime{0}; // of all of them

    bool operator==(const AuditLoad&) const = default;
};

// The append-only RFC 6962 log of one node (FORMAT.md). Thread-safe: one writes at a time, readers on their own
// connections. open() recovers and verifies the tail; it refuses a log that does not match its own head or last
// checkpoint (Corrupt, naming the first bad record).
class AuditLog : public port::AuditSink {
public:
    // clock, random and signer must outlive the log.
    static Result<std::unique_ptr<AuditLog>> open(AuditLogOptions options, const Clock& clock, Random& random,
                                                  port::Signer& signer);

    virtual std::string verifierKey() const = 0; // C2SP vkey text
    virtual std::uint64_t size() const = 0;
    // Why records cannot be written now and how full the reserve is, or why checkpoints are not signed; ok when all is
    // well. The log goes on by itself when it can.
    virtual Status health() const { return {}; }
    virtual AuditLoad load() const { return {}; }
    virtual Result<Checkpoint> checkpoint() = 0; // newest signed one
    virtual Result<AuditPage> search(const AuditFilter& filter) = 0;
    virtual Result<StoredRecord> get(Seq seq) = 0;
    virtual Result<InclusionProof> proveInclusion(Seq seq, std::uint64_t treeSize) = 0;
    virtual Result<ConsistencyProof> proveConsistency(std::uint64_t oldSize, std::uint64_t newSize) = 0;
    // Streams the export file in order; stops early when the consumer returns false.
    virtual Status
    exportAll(const std::function<bool(ByteView chunk, std::uint64_t done, std::uint64_t total)>& consumer) = 0;
    // Intents that have no outcome record yet, oldest first.
    virtual Result<std::vector<StoredRecord>> openIntents() = 0;
};

} // namespace gnomon::audit
