// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/audit/audit_bench.h"

#include "backend/audit/fsck.h"

#include <atomic>
#include <random>
#include <thread>

namespace gnomon::bench {

namespace {

constexpr int kRuns = 5;

const std::vector<std::string> kPeople = {"ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana"};
const std::vector<std::string> kActions = {"fallback", "restore", "rollback", "promote", "disable", "enable"};
const std::vector<std::string> kReasons = {"drill", "regression seen", "monthly retraining",
                                           "the spam filter looks wrong"};

using Filters = std::vector<std::pair<std::string, std::function<void(AuditFilter&)>>>;

// Filters of each kind: of what a node writes the rare and the frequent, and the hard ones.
Filters filters(std::uint64_t records, WallTime halfway) {
    return {{"person", [](AuditFilter& f) { f.person = "hana"; }},
            {"no person", [](AuditFilter& f) { f.person = "nobody"; }},
            {"action", [](AuditFilter& f) { f.action = "promote"; }},
            {"object", [](AuditFilter& f) { f.object = "endpoint/e7"; }},
            {"rare object", [](AuditFilter& f) { f.object = "endpoint/rare"; }},
            {"kind", [](AuditFilter& f) { f.kind = RecordKind::Deny; }},
            {"result", [](AuditFilter& f) { f.result = "denied"; }},
            {"frequent result", [](AuditFilter& f) { f.result = "ok"; }},
            {"word", [](AuditFilter& f) { f.words = "retraining"; }},
            {"rare word", [](AuditFilter& f) { f.words = "OPS-777"; }},
            {"four words", [](AuditFilter& f) { f.words = "the filter looks wrong"; }},
            {"from", [halfway](AuditFilter& f) { f.from = halfway; }},
            {"until", [halfway](AuditFilter& f) { f.until = halfway; }},
            {"before", [records](AuditFilter& f) { f.before = Seq(records / 2); }},
            {"humans", [](AuditFilter& f) { f.humansOnly = true; }},
            {"without views", [](AuditFilter& f) { f.withoutViews = true; }},
            {"hard person", [](AuditFilter& f) { f.person = "machine:hard"; }},
            {"hard action", [](AuditFilter& f) { f.action = "hard"; }},
            {"hard object", [](AuditFilter& f) { f.object = "endpoint/hard"; }},
            {"hard kind", [](AuditFilter& f) { f.kind = RecordKind::Config; }},
            {"hard result", [](AuditFilter& f) { f.result = "hard"; }},
            {"hard word", [](AuditFilter& f) { f.words = "hard"; }},
            {"hard words", [](AuditFilter& f) { f.words = "hard-headed"; }}};
}

// The hard half: see Log.
AuditRecord hardRecord(std::uint64_t n) {
    const std::uint64_t which = n % 8;
    const auto hard = [which](std::uint64_t turn, const char* yes, const char* no) { return which == turn ? yes : no; };
    AuditRecord record;
    record.kind = which == 3 ? RecordKind::Config : RecordKind::Lifecycle;
    record.actor = {
        hard(0, "machine:hard", which == 5 ? "zoe" : "machine:soft"), "spiffe://example/node/x", "mtls", {}};
    record.action = hard(1, "hard", "soft");
    record.object = hard(2, "endpoint/hard", "endpoint/soft");
    record.result = hard(4, "hard", "soft");
    record.reason = which == 6 ? "hard" : which == 7 ? "hard-headed" : "soft";
    return record;
}

double pageMs(audit::AuditLog& log, const AuditFilter& filter, int runs) {
    std::vector<double> took;
    for (int run = 0; run < runs; ++run) {
        const auto start = std::chrono::steady_clock::now();
        if (!log.search(filter).ok()) {
            return -1;
        }
        took.push_back(secondsSince(start) * 1000);
    }
    return test::median(took);
}

} // namespace

Log::Log() {
    m_signer = audit::FileSigner::open(m_folder.path() / "audit.key", origin(), m_random).value();
    open();
}

void Log::open() {
    m_log = audit::AuditLog::open({m_folder.path(), origin(), "boot-1", "bench"}, m_clock, m_random, *m_signer).value();
}

AuditRecord Log::record(std::uint64_t n) {
    if (n % 2 == 1) {
        return hardRecord(n / 2);
    }
    n /= 2;
    std::minstd_rand random(static_cast<std::uint32_t>(n * 2654435761u + 1));
    const auto pick = [&random](const auto& from) { return from[random() % from.size()]; };
    AuditRecord record;
    record.kind = n % 50 == 0 ? RecordKind::Deny : n % 3 == 0 ? RecordKind::View : RecordKind::Lifecycle;
    const bool machine = n % 4 == 0;
    record.actor = {machine ? "machine:guard" : pick(kPeople), "spiffe://example/console/x/laptop", "mtls", {}};
    record.sourceAddress = "127.0.0.1:40112";
    record.sourceClient = "gnomon 0.1.0";
    record.action = pick(kActions);
    record.permission = "operate.safe";
    record.object = n % 100000 == 99 ? "endpoint/rare" : "endpoint/e" + std::to_string(random() % 20);
    record.result = record.kind == RecordKind::Deny ? "denied" : "ok";
    record.reason = pick(kReasons) + " OPS-" + std::to_string(n % 100000);
    return record;
}

void Log::append(std::uint64_t records, bool one) {
    constexpr int kMostWaiting = 2048;
    constexpr int kMore = kMostWaiting / 2; // then more are handed over: not one for each that was written
    for (std::uint64_t i = 0; i < records; ++i) {
        AuditRecord next = record(m_appended++);
        if (one) {
            if (!m_log->append(std::move(next)).ok()) {
                std::abort();
            }
            continue;
        }
        if (m_waiting >= kMostWaiting) {
            for (int now = m_waiting; now > kMore; now = m_waiting) {
                m_waiting.wait(now);
            }
        }
        ++m_waiting;
        m_log->appendAsync(std::move(next), std::nullopt, [this](const Result<port::Appended>& appended) {
            if (!appended.ok()) {
                std::abort();
            }
            if (const int left = --m_waiting; left == kMore || left == 0) {
                m_waiting.notify_all();
            }
        });
    }
    for (int now = m_waiting; now > 0; now = m_waiting) {
        m_waiting.wait(now);
    }
}

namespace {

// Until the index has caught up.
void awaitIndex(Log& log) {
    AuditFilter filter;
    filter.words = "drill";
    for (Result<AuditPage> page = log.log().search(filter); !page.ok(); page = log.log().search(filter)) {
        if (page.error().code != ErrorCode::Unavailable) {
            std::fprintf(stderr, "%s\n", page.error().message.c_str());
            std::abort();
        }
    }
}

void benchPages(test::BenchReport& report, audit::AuditLog& log) {
    const std::uint64_t records = log.size();
    const Filters all = filters(records, log.get(Seq(records / 2))->record.time);
    std::vector<double> pairs;
    std::string worst;
    double worstOfThree = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = i; k < all.size(); ++k) {
            AuditFilter filter;
            all[i].second(filter);
            all[k].second(filter);
            pairs.push_back(pageMs(log, filter, kRuns));
            if (pairs.back() >= *std::max_element(pairs.begin(), pairs.end())) {
                worst = all[i].first + " + " + all[k].first;
            }
            for (std::size_t m = k + 1; m < all.size(); ++m) {
                AuditFilter three = filter;
                all[m].second(three);
                worstOfThree = std::max(worstOfThree, pageMs(log, three, 3));
            }
        }
    }
    std::printf("%zu pairs of filters; slowest page: %s\n", pairs.size(), worst.c_str());
    report.lower("page_worst_ms", *std::max_element(pairs.begin(), pairs.end()), "ms", 10);
    report.lower("page_median_ms", test::median(pairs), "ms");
    report.lower("page_worst_of_three_ms", worstOfThree, "ms");
    AuditFilter words;
    words.words = "spam wrong OPS-777";
    report.lower("search_ms", pageMs(log, words, kRuns), "ms");
}

void benchProofs(test::BenchReport& report, audit::AuditLog& log) {
    std::vector<double> proofs;
    std::mt19937_64 random(1);
    for (int i = 0; i < 1000; ++i) {
        const Seq seq(random() % log.size());
        const auto start = std::chrono::steady_clock::now();
        if (!log.proveInclusion(seq, log.size()).ok()) {
            std::fprintf(stderr, "no proof of %llu\n", static_cast<unsigned long long>(seq.value));
        }
        proofs.push_back(secondsSince(start) * 1000);
    }
    report.lower("inclusion_ms", test::median(proofs), "ms", 1);
}

} // namespace

void benchReading(test::BenchReport& report, std::uint64_t records) {
    Log log;
    auto start = std::chrono::steady_clock::now();
    log.append(records);
    report.higher("fill", static_cast<double>(records) / secondsSince(start), "records/s");
    log.close();

    const proof::VerifierKey key = proof::VerifierKey::make(log.signer().name(), log.signer().publicKey()).value();
    start = std::chrono::steady_clock::now();
    const auto checked = audit::checkWholeLog(log.file(), {log.origin(), key});
    report.lower("verify_s", secondsSince(start), "s", 12);
    if (!checked || !checked->ok() || checked->records != records) {
        std::fprintf(stderr, "the log does not verify: %s\n",
                     checked ? checked->finding.c_str() : checked.error().message.c_str());
    }

    std::filesystem::remove(log.indexFile());
    start = std::chrono::steady_clock::now();
    log.open();
    awaitIndex(log);
    report.lower("index_rebuild_s", secondsSince(start), "s");
    log.close();
    report.lower("index_mb", static_cast<double>(std::filesystem::file_size(log.indexFile())) / 1e6, "MB");
    start = std::chrono::steady_clock::now();
    log.open();
    awaitIndex(log);
    report.lower("index_open_s", secondsSince(start), "s");
    benchPages(report, log.log());
    benchProofs(report, log.log());
}

} // namespace gnomon::bench
