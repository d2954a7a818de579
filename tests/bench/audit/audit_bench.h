// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/audit_log.h"
#include "backend/audit/file_signer.h"
#include "tests/support/bench_report.h"
#include "tests/support/temp_folder.h"

#include <atomic>
#include <chrono>

namespace gnomon::bench {

// A log in a folder of its own. Half of its records are as an operator's node writes them; the other half is what is
// hard to search: eight filters that each match one record in sixteen, all over the log, and no two the same one.
class Log {
public:
    Log();
    audit::AuditLog& log() { return *m_log; }
    // Appends so many and waits until all are durable; many at a time unless `one`.
    void append(std::uint64_t records, bool one = false);
    void close() { m_log.reset(); }
    void open();
    std::filesystem::path file() const { return m_folder.path() / "audit.db"; }
    std::filesystem::path indexFile() const { return m_folder.path() / "audit_index.db"; }
    std::string origin() const { return "gnomon.example/bench/audit"; }
    const port::Signer& signer() const { return *m_signer; }

    static AuditRecord record(std::uint64_t n);

private:
    test::TempFolder m_folder;
    SystemClock m_clock;
    SystemRandom m_random;
    std::unique_ptr<audit::FileSigner> m_signer;
    std::unique_ptr<audit::AuditLog> m_log;
    std::uint64_t m_appended = 0;
    std::atomic<int> m_waiting = 0; // records that are handed over and not durable yet
};

inline double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Durable appends against the same bytes into a bare SQLite table, WAL and FULL as well, in alternating rounds.
void benchAppends(test::BenchReport& report);
// A log of so many records: full check, pages, search, proofs.
void benchReading(test::BenchReport& report, std::uint64_t records);

} // namespace gnomon::bench
