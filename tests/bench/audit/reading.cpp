// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/audit/audit_bench.h"

#include "backend/audit/fsck.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace gnomon::bench {

namespace {

constexpr int kRuns = 5;

const std::vector<std::string> kPeople = {"ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana"};
const std::vector<std::string> kActions = {"fallback", "restore", "rollback", "promote", "disable", "enable"};
const std::vector<std::string> kReasons = {"drill", "regression seen", "monthly retraining",
                                           "the spam filter looks wrong"};

// One filter of each kind, with the rarest and the most frequent value where there are several.
std::vector<std::pair<std::string, std::function<void(AuditFilter&)>>> filters(WallTime now) {
    return {{"person", [](AuditFilter& f) { f.person = "hana"; }},
            {"action", [](AuditFilter& f) { f.action = "promote"; }},
            {"object", [](AuditFilter& f) { f.object = "endpoint/e7"; }},
            {"rare object", [](AuditFilter& f) { f.object = "endpoint/rare"; }},
            {"kind", [](AuditFilter& f) { f.kind = RecordKind::Deny; }},
            {"result", [](AuditFilter& f) { f.result = "denied"; }},
            {"words", [](AuditFilter& f) { f.words = "retraining"; }},
            {"from", [now](AuditFilter& f) { f.from = now - std::chrono::hours(1); }},
            {"until", [now](AuditFilter& f) { f.until = now; }},
            {"humans", [](AuditFilter& f) { f.humansOnly = true; }}};
}

double pageMs(audit::AuditLog& log, const AuditFilter& filter) {
    std::vector<double> took;
    for (int run = 0; run < kRuns; ++run) {
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
    std::mt19937_64 random(n);
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
    record.reason = pick(kReasons) + " " + std::to_string(n % 1000);
    return record;
}

void Log::append(std::uint64_t records, bool one) {
    constexpr std::uint64_t kMostWaiting = 2048;
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t waiting = 0;
    for (std::uint64_t i = 0; i < records; ++i) {
        AuditRecord next = record(m_appended++);
        if (one) {
            if (!m_log->append(std::move(next)).ok()) {
                std::abort();
            }
            continue;
        }
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return waiting < kMostWaiting; });
            ++waiting;
        }
        m_log->appendAsync(std::move(next), std::nullopt, [&](const Result<port::Appended>& appended) {
            if (!appended.ok()) {
                std::abort();
            }
            const std::lock_guard lock(mutex);
            --waiting;
            changed.notify_all();
        });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting == 0; });
}

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

    log.open();
    start = std::chrono::steady_clock::now();
    while (!log.log().search({}).ok() || log.log().search({})->matching < records) { // until the index has caught up
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (secondsSince(start) > 600) {
            break;
        }
    }
    report.lower("index_wait_s", secondsSince(start), "s");
    const auto all = filters(SystemClock().wallNow());
    double worst = 0;
    std::string worstName;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = i; k < all.size(); ++k) {
            AuditFilter filter;
            all[i].second(filter);
            all[k].second(filter);
            const double ms = pageMs(log.log(), filter);
            if (ms > worst) {
                worst = ms;
                worstName = all[i].first + " + " + all[k].first;
            }
        }
    }
    std::printf("slowest page: %s\n", worstName.c_str());
    report.lower("page_worst_ms", worst, "ms", 10);
    AuditFilter words;
    words.words = "spam wrong 777";
    report.lower("search_ms", pageMs(log.log(), words), "ms");
    std::vector<double> proofs;
    std::mt19937_64 random(1);
    for (int i = 0; i < 1000; ++i) {
        const Seq seq(random() % records);
        start = std::chrono::steady_clock::now();
        if (!log.log().proveInclusion(seq, records).ok()) {
            std::fprintf(stderr, "no proof of %llu\n", static_cast<unsigned long long>(seq.value));
        }
        proofs.push_back(secondsSince(start) * 1000);
    }
    report.lower("inclusion_ms", test::median(proofs), "ms", 1);
}

} // namespace gnomon::bench
