// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/audit/audit_bench.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>

namespace gnomon::bench {

namespace {

constexpr int kRounds = 5;
constexpr std::uint64_t kWarmUp = 1500; // until a write-ahead log is written over and not made longer
constexpr std::uint64_t kSingle = 400;  // appends per round, each durable before the next
constexpr std::uint64_t kGrouped = 20000;
constexpr std::uint64_t kGroup = 256; // per commit, as the log's writer does

// The least that a durable row can cost here.
class BareTable {
public:
    BareTable() : m_database((m_folder.path() / "bare.db").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
        m_database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "CREATE TABLE rec(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    }
    void append(std::uint64_t records, std::uint64_t perCommit, const Bytes& bytes) {
        SQLite::Statement insert(m_database, "INSERT INTO rec(bytes) VALUES(?)");
        for (std::uint64_t i = 0; i < records; i += perCommit) {
            SQLite::Transaction transaction(m_database);
            for (std::uint64_t k = 0; k < std::min(perCommit, records - i); ++k) {
                insert.bindNoCopy(1, bytes.data(), static_cast<int>(bytes.size()));
                insert.exec();
                insert.reset();
            }
            transaction.commit();
        }
    }

private:
    test::TempFolder m_folder;
    SQLite::Database m_database;
};

template <class Work>
double perSecond(std::uint64_t records, Work work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return static_cast<double>(records) / secondsSince(start);
}

} // namespace

void benchAppends(test::BenchReport& report) {
    Log log;
    BareTable bare;
    log.append(kGroup);
    const Bytes bytes = log.log().get(Seq(0)).value().bytes;
    log.append(kWarmUp, true);
    bare.append(kWarmUp, 1, bytes);
    std::vector<double> single;
    std::vector<double> grouped;
    std::vector<double> rate;
    for (int round = 0; round < kRounds; ++round) {
        const double own = perSecond(kSingle, [&] { log.append(kSingle, true); });
        single.push_back(own / perSecond(kSingle, [&] { bare.append(kSingle, 1, bytes); }));
        rate.push_back(perSecond(kGrouped, [&] { log.append(kGrouped); }));
        grouped.push_back(rate.back() / perSecond(kGrouped, [&] { bare.append(kGrouped, kGroup, bytes); }));
    }
    report.higher("append_ratio_single", test::median(single), "ratio", 0.8);
    report.higher("append_ratio_grouped", test::median(grouped), "ratio", 0.8);
    report.higher("append_grouped", test::median(rate), "records/s");
}

} // namespace gnomon::bench
