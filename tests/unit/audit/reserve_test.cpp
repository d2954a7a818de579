// SPDX-License-Identifier: GPL-3.0-or-later
// What the node does on its own while the log cannot be written, and how it gets into the log afterwards.
#include "backend/audit/reserve_file.h"
#include "backend/proof/record_codec.h"
#include "tests/support/full_disk.h"
#include "tests/unit/audit/audit_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

namespace gnomon::test {
namespace {

using namespace std::chrono_literals;

AuditRecord substitution(int number) {
    AuditRecord record;
    record.kind = RecordKind::Substitution;
    record.actor = machineActor("substitution");
    record.action = "substitute";
    record.object = "endpoint/spam-filter";
    record.result = "ok";
    record.code = "OK";
    record.reason = std::to_string(number) + " calls, the last: production returned a value that is not finite";
    return record;
}

AuditPayload factsOf(int number) {
    return {{},
            {{"count", std::to_string(number)},
             {"generation", "7"},
             {"first", "2026-01-02T03:04:05.000006Z"},
             {"last", "2026-01-02T03:05:05.000006Z"},
             {"by constant", std::to_string(number)}}};
}

class ReserveInLog : public AuditFixture {
protected:
    // From now on nothing can be written to the log, until allow().
    void refuse() {
        execute("CREATE TRIGGER full_rec BEFORE INSERT ON rec BEGIN SELECT RAISE(ABORT, 'no space'); END;"
                "CREATE TRIGGER full_head BEFORE UPDATE ON head BEGIN SELECT RAISE(ABORT, 'no space'); END");
        EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable);
        EXPECT_FALSE(m_log->health().ok());
        m_before = m_log->size();
    }
    void allow() { execute("DROP TRIGGER full_rec; DROP TRIGGER full_head"); }
    void execute(const std::string& sql) {
        SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READWRITE, 10'000);
        database.exec(sql);
    }
    void keep(int number) {
        const Result<port::Appended> appended = m_log->append(substitution(number), factsOf(number));
        ASSERT_TRUE(appended.ok()) << appended.error().message;
        EXPECT_TRUE(appended->reserved);
    }
    void awaitHealth() {
        const auto until = std::chrono::steady_clock::now() + 30s;
        while (!m_log->health().ok() && std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(5ms);
        }
        ASSERT_TRUE(m_log->health().ok()) << m_log->health().error().message;
    }
    std::filesystem::path reserveFile() const { return m_folder / "audit.reserve"; }
    std::uint64_t count(RecordKind kind) {
        AuditFilter filter;
        filter.kind = kind;
        return m_log->search(filter).value().matching;
    }
    // Entries as a node leaves them that was killed before it could merge them.
    void leaveInReserve(int first, int entries) {
        const auto reserve = audit::ReserveFile::open(reserveFile(), proof::logId(m_origin), 16u << 20).value();
        std::vector<audit::ReserveEntry> left;
        for (int i = first; i < first + entries; ++i) {
            AuditRecord record = substitution(i);
            record.seq = Seq(m_before);
            record.log = proof::logId(m_origin);
            record.time = WallTime(1s * i);
            record.bootId = "boot-0";
            left.push_back({m_before, proof::encodeRecord(record).value(), {}, ""});
        }
        ASSERT_TRUE(reserve->append(left).ok());
    }

    std::uint64_t m_before = 0;
};

TEST_F(ReserveInLog, ownRecordsWaitInItAndFollowTheGapInOrderOnceThereIsSpace) {
    openWith(10);
    refuse();
    m_clock.advance(5s);
    const WallTime made = m_clock.wallNow();
    keep(1);
    keep(2);
    EXPECT_EQ(m_log->append(auditRecord()).error().code, ErrorCode::Unavailable) << "what a person asks for is refused";
    EXPECT_EQ(m_log->size(), m_before);
    EXPECT_NE(m_log->health().error().message.find("2 waiting"), std::string::npos) << m_log->health().error().message;
    m_clock.advance(60s);
    allow();
    awaitHealth();
    ASSERT_EQ(m_log->size(), m_before + 3); // by itself, without a further record

    const StoredRecord gap = m_log->get(Seq(m_before)).value();
    EXPECT_EQ(gap.record.kind, RecordKind::Gap);
    EXPECT_NE(gap.record.reason.find("next 2 records"), std::string::npos) << gap.record.reason;
    EXPECT_NE(gap.record.reason.find("no space"), std::string::npos) << "the cause: " << gap.record.reason;
    EXPECT_EQ(gap.payload->facts[0], (std::pair<std::string, std::string>("records", "2")));
    for (int i = 1; i <= 2; ++i) {
        const StoredRecord stored = m_log->get(Seq(m_before + static_cast<std::uint64_t>(i))).value();
        EXPECT_EQ(stored.record.reason, substitution(i).reason);
        EXPECT_EQ(stored.record.time, made) << "as it was when it happened";
        EXPECT_EQ(stored.payload, factsOf(i));
    }
    append(auditRecord());
    EXPECT_EQ(m_log->size(), m_before + 4);
    EXPECT_EQ(count(RecordKind::Gap), 1u);
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

// A record that comes at the right moment merges what waits, and is written behind it.
TEST_F(ReserveInLog, aRecordBehindALargeMergeLeavesNoMoreUnsignedThanMayBe) {
    openWith(10);
    refuse();
    for (int i = 0; i < 1022; ++i) {
        keep(i);
    }
    allow();
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (!m_log->append(auditRecord()).ok() && std::chrono::steady_clock::now() < until) {
    }
    const std::uint64_t size = m_log->size();
    EXPECT_EQ(size, m_before + 1025);
    std::filesystem::create_directory(m_folder / "crashed");
    for (const char* part : {"audit.db", "audit.db-wal", "audit.reserve"}) {
        std::filesystem::copy_file(m_folder / part, m_folder / "crashed" / part);
    }
    const auto restarted =
        audit::AuditLog::open({m_folder / "crashed", m_origin, "boot-2", "0"}, m_clock, m_random, *m_signer);
    ASSERT_TRUE(restarted.ok()) << restarted.error().message;
    EXPECT_EQ((*restarted)->size(), size);
}

TEST_F(ReserveInLog, whatWaitsAtTheEndIsMergedAtTheNextStart) {
    openWith(10);
    refuse();
    keep(1);
    close();
    allow();
    m_log = audit::AuditLog::open({m_folder, m_origin, "boot-2", "0"}, m_clock, m_random, *m_signer).value();
    ASSERT_EQ(m_log->size(), m_before + 2);
    EXPECT_TRUE(m_log->health().ok());
    EXPECT_EQ(m_log->get(Seq(m_before))->record.bootId, "boot-2") << "the gap is told by whoever merges";
    EXPECT_EQ(m_log->get(Seq(m_before + 1))->record.bootId, "boot-1");
    EXPECT_EQ(m_log->checkpoint()->size, m_before + 2);
}

TEST_F(ReserveInLog, aLogOpensWhileTheDiskIsFull) {
    openWith(10);
    refuse();
    keep(1);
    close();
    open();
    EXPECT_FALSE(m_log->health().ok());
    keep(2);
    allow();
    awaitHealth();
    ASSERT_EQ(m_log->size(), m_before + 3);
    EXPECT_EQ(count(RecordKind::Gap), 1u);
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(ReserveInLog, mergingAgainAddsNothing) {
    openWith(10);
    refuse();
    keep(1);
    keep(2);
    const std::filesystem::path copy = m_folder / "copy";
    std::filesystem::copy_file(reserveFile(), copy);
    allow();
    awaitHealth();
    ASSERT_EQ(m_log->size(), m_before + 3);
    close();
    // Killed after the commit and before the reserve was cleared.
    std::filesystem::copy_file(copy, reserveFile(), std::filesystem::copy_options::overwrite_existing);
    open();
    EXPECT_EQ(m_log->size(), m_before + 3);
    append(auditRecord());
    close();
    // The same, but with a record that came while nobody knew whether that commit had succeeded.
    std::filesystem::copy_file(copy, reserveFile(), std::filesystem::copy_options::overwrite_existing);
    leaveInReserve(9, 1);
    open();
    EXPECT_EQ(m_log->size(), m_before + 6);
    EXPECT_EQ(m_log->get(Seq(m_before + 4))->record.kind, RecordKind::Gap);
    EXPECT_EQ(m_log->get(Seq(m_before + 5))->record.reason, substitution(9).reason);
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(ReserveInLog, aRecordWhoseCommitSucceededAfterAllIsNotWrittenTwice) {
    openWith(3);
    append(substitution(1));
    const Bytes bytes = m_log->get(Seq(3))->bytes;
    close();
    const audit::ReserveEntry entry{3, bytes, {}, "the outcome is unknown"};
    const auto reserve = audit::ReserveFile::open(reserveFile(), proof::logId(m_origin), 16u << 20).value();
    ASSERT_TRUE(reserve->append(std::vector{entry}).ok());
    open();
    EXPECT_EQ(m_log->size(), 4u);
}

TEST_F(ReserveInLog, lossIsToldOnceAndOnlyWhenTheReserveTakesNoMore) {
    std::atomic<int> told = 0;
    audit::AuditLogOptions options{m_folder, m_origin, "boot-1", "0"};
    options.reserveBytes = 16 * 1024;
    options.lost = [&told] { ++told; };
    m_log = audit::AuditLog::open(options, m_clock, m_random, *m_signer).value();
    appendMany(3);
    refuse();
    std::uint64_t kept = 0;
    Result<port::Appended> last = m_log->append(substitution(0));
    for (; last.ok() && kept < 1000; last = m_log->append(substitution(0))) {
        EXPECT_EQ(told, 0);
        ++kept;
    }
    EXPECT_GT(kept, 5u);
    EXPECT_EQ(last.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(m_log->append(substitution(0)).ok());
    EXPECT_NE(m_log->health().error().message.find("takes no more"), std::string::npos);
    const std::uint64_t before = m_log->size();
    allow();
    awaitHealth();
    ASSERT_EQ(m_log->size(), before + 1 + kept);
    EXPECT_EQ(told, 1);
}

TEST_F(ReserveInLog, sixteenMebibytesHoldTwentyThousandSubstitutions) {
    openWith(10);
    m_before = m_log->size();
    close();
    const auto reserve = audit::ReserveFile::open(reserveFile(), proof::logId(m_origin), 16u << 20).value();
    AuditRecord record = substitution(123456);
    record.bootId = std::string(32, 'b');
    record.time = m_clock.wallNow();
    record.build = "0.1.0-test";
    record.log = proof::logId(m_origin);
    record.payload = sha256(toBytes("payload"));
    record.seq = Seq(m_before);
    const audit::ReserveEntry entry{m_before, proof::encodeRecord(record).value(),
                                    proof::encodePayload(factsOf(123456)).value(), ""};
    ASSERT_TRUE(reserve->append(std::vector(20000, entry)).ok());
    std::printf("20,000 substitution records fill %d %% of the reserve\n", reserve->percentFull());
    open();
    EXPECT_EQ(m_log->size(), m_before + 20040) << "each 511 behind a gap record";
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(ReserveInLog, killedAtAnyInstantOfAMergeItIsMergedOnce) {
    openWith(10);
    m_before = m_log->size();
    close();
    std::mt19937 random(7);
    std::chrono::microseconds longest(0); // of an opening that merges
    int ended = 0;
    for (int cycle = 0; cycle < 20; ++cycle) {
        leaveInReserve(1, 1100); // three transactions
        const pid_t child = cycle == 0 ? 0 : ::fork();
        if (child == 0 && cycle > 0) {
            const auto opened = tryOpen();
            ::pause();
            ::_exit(opened.ok() ? 0 : 1);
        }
        if (child > 0) {
            // When it dies; nothing is waited for.
            ::usleep(static_cast<useconds_t>(random() % static_cast<unsigned>(longest.count() + 1)));
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            ended +=
                audit::ReserveFile::open(reserveFile(), proof::logId(m_origin), 16u << 20).value()->empty() ? 1 : 0;
        }
        const auto start = std::chrono::steady_clock::now();
        open();
        longest = std::max(
            longest, std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start));
        ASSERT_EQ(m_log->size(), m_before + 1103) << "cycle " << cycle;
        for (const int gap : {0, 512, 1024}) {
            ASSERT_EQ(m_log->get(Seq(m_before + static_cast<std::uint64_t>(gap)))->record.kind, RecordKind::Gap);
        }
        ASSERT_EQ(m_log->get(Seq(m_before + 1102))->record.reason, substitution(1100).reason);
        m_before = m_log->size();
        close();
    }
    std::printf("%d of 19 merges had ended before the kill\n", ended);
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

// A limit of the file size is as near to a full disk as a test gets without a disk of its own. SQLite starts its file
// anew now and then, so the log comes and goes.
TEST_F(ReserveInLog, onADiskThatIsReallyFullEveryOwnRecordIsKeptOnce) {
    openWith(10);
    int reserved = 0;
    int refused = 0;
    {
        const FullDisk full(512 * 1024);
        for (int i = 0; i < 150; ++i) {
            const Result<port::Appended> own = m_log->append(substitution(i), factsOf(i));
            ASSERT_TRUE(own.ok()) << own.error().message;
            reserved += own->reserved ? 1 : 0;
            refused += m_log->append(auditRecord()).ok() ? 0 : 1;
        }
    }
    std::printf("reserved=%d of 150, refused=%d of 150\n", reserved, refused);
    EXPECT_GT(reserved, 0);
    EXPECT_LT(reserved, 150);
    EXPECT_GT(refused, 0);
    awaitHealth();
    std::vector<std::string> expected;
    std::vector<std::string> found;
    for (int i = 0; i < 150; ++i) {
        expected.push_back(substitution(i).reason);
    }
    for (std::uint64_t seq = 0; seq < m_log->size(); ++seq) {
        const AuditRecord record = m_log->get(Seq(seq)).value().record;
        if (record.kind == RecordKind::Substitution) {
            found.push_back(record.reason);
        }
    }
    EXPECT_EQ(found, expected) << "in order, too";
    close();
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

} // namespace
} // namespace gnomon::test
