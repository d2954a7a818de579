// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/proof/checkpoint.h"
#include "backend/proof/record_codec.h"
#include "tests/unit/audit/audit_fixture.h"

#include <atomic>
#include <latch>
#include <thread>

namespace gnomon::test {
namespace {

class Append : public AuditFixture {};

TEST_F(Append, anEmptyLogHasASignedCheckpoint) {
    open();
    const Checkpoint checkpoint = m_log->checkpoint().value();
    EXPECT_EQ(checkpoint.size, 0u);
    EXPECT_TRUE(proof::openCheckpoint(checkpoint.note, proof::VerifierKey::parse(m_log->verifierKey()).value()).ok());
}

TEST_F(Append, theLogSetsWhatOnlyItCanKnow) {
    open();
    append(auditRecord());
    const Seq seq = append(auditRecord());
    const StoredRecord stored = m_log->get(seq).value();
    EXPECT_EQ(stored.record.seq, Seq(1));
    EXPECT_EQ(stored.record.log, proof::logId(m_origin));
    EXPECT_EQ(stored.record.time, m_clock.wallNow());
    EXPECT_EQ(stored.record.bootId, "boot-1");
    EXPECT_EQ(stored.record.build, "0.1.0-test");
    EXPECT_EQ(stored.record.actor, auditRecord().actor);
    EXPECT_EQ(proof::encodeRecord(stored.record).value(), stored.bytes);
}

TEST_F(Append, aGivenTimeIsKept) {
    open();
    AuditRecord record = auditRecord();
    record.time = WallTime(std::chrono::microseconds(1'700'000'000'000'000));
    const port::Appended appended = m_log->append(record).value();
    EXPECT_EQ(appended.time, record.time);
    EXPECT_EQ(m_log->get(appended.seq)->record.time, record.time);
}

TEST_F(Append, thePayloadIsStoredWithASaltAndCommittedTo) {
    open();
    const AuditPayload payload{{{"mode", "PRODUCTION", "FALLBACK"}}, {{"generation", "7"}}};
    const StoredRecord one = m_log->get(append(auditRecord(), payload)).value();
    const StoredRecord two = m_log->get(append(auditRecord(), payload)).value();
    EXPECT_EQ(one.payload, payload);
    EXPECT_EQ(proof::payloadCommitment(*one.payloadSalt, *one.payloadBytes), one.record.payload);
    EXPECT_NE(one.record.payload, two.record.payload) << "equal payloads must not be recognisable";
}

TEST_F(Append, anErasedPayloadLeavesAGoodLog) {
    open();
    const Seq seq = append(auditRecord(), AuditPayload{{}, {{"caller", "someone"}}});
    close();
    tamper("DELETE FROM payload");
    open();
    EXPECT_EQ(m_log->get(seq)->payload, std::nullopt);
    EXPECT_TRUE(fsck().ok());
    EXPECT_EQ(fsck().erasedPayloads, 1u);
}

TEST_F(Append, theCheckpointCoversWhatWasAcknowledged) {
    open();
    for (std::uint64_t i = 1; i <= 5; ++i) {
        append(auditRecord());
        EXPECT_EQ(m_log->checkpoint()->size, i);
        EXPECT_EQ(m_log->size(), i);
    }
}

TEST_F(Append, everythingIsThereAfterReopening) {
    openWith(600);
    const Checkpoint before = m_log->checkpoint().value();
    close();
    open();
    EXPECT_EQ(m_log->size(), 600u);
    EXPECT_EQ(m_log->checkpoint()->root, before.root);
    EXPECT_EQ(m_log->get(Seq(599))->record.reason, "record 599");
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(Append, hostileTextIsMadePrintable) {
    open();
    AuditRecord record = auditRecord();
    record.sourceClient = "evil\x1b[2J\xff\n";
    record.reason = "line one\nline two";
    const StoredRecord stored = m_log->get(append(record)).value();
    EXPECT_EQ(stored.record.sourceClient, "evil\\u{001b}[2J\\xff\\u{000a}");
    EXPECT_EQ(stored.record.reason, "line one\\u{000a}line two");
}

TEST_F(Append, anOutcomeNeedsAnIntentThatHasNone) {
    open();
    AuditRecord outcome = auditRecord(RecordKind::Outcome);
    EXPECT_EQ(m_log->append(outcome).error().code, ErrorCode::FailedPrecondition);
    const Seq intent = append(auditRecord(RecordKind::Intent));
    outcome.ref = Seq(intent.value + 1);
    EXPECT_EQ(m_log->append(outcome).error().code, ErrorCode::FailedPrecondition);
    outcome.ref = intent;
    EXPECT_TRUE(m_log->append(outcome).ok());
    EXPECT_EQ(m_log->append(outcome).error().code, ErrorCode::FailedPrecondition) << "a second outcome";
    EXPECT_EQ(m_log->size(), 2u);
}

TEST_F(Append, openIntentsAreThoseWithoutOutcomeAlsoAfterReopening) {
    open();
    const Seq first = append(auditRecord(RecordKind::Intent));
    const Seq second = append(auditRecord(RecordKind::Intent));
    const Seq third = append(auditRecord(RecordKind::Intent));
    AuditRecord outcome = auditRecord(RecordKind::Outcome);
    outcome.ref = second;
    append(outcome);
    close();
    open();
    const std::vector<StoredRecord> intents = m_log->openIntents().value();
    ASSERT_EQ(intents.size(), 2u);
    EXPECT_EQ(intents[0].record.seq, first);
    EXPECT_EQ(intents[1].record.seq, third);
    EXPECT_EQ(fsck().openIntents, 2u);
}

TEST_F(Append, aRecordThatIsTooLargeIsRefusedAndTheOthersAreNot) {
    open();
    AuditRecord huge = auditRecord();
    huge.approvals.assign(65, sha256(toBytes("x")));
    EXPECT_EQ(m_log->append(huge).error().code, ErrorCode::InvalidArgument);
    append(auditRecord());
    EXPECT_EQ(m_log->size(), 1u);
}

TEST_F(Append, manyThreadsGetDistinctPositionsAndLoseNothing) {
    open();
    constexpr int threads = 8;
    constexpr int each = 100;
    std::vector<std::vector<Seq>> seqs(threads);
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                AuditRecord record = auditRecord();
                record.requestId = std::to_string(t) + "-" + std::to_string(i);
                seqs[static_cast<std::size_t>(t)].push_back(m_log->append(record)->seq);
            }
        });
    }
    for (std::thread& worker : workers) {
        worker.join();
    }
    EXPECT_EQ(m_log->size(), static_cast<std::uint64_t>(threads * each));
    for (int t = 0; t < threads; ++t) {
        for (int i = 0; i < each; ++i) {
            const Seq seq = seqs[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)];
            EXPECT_EQ(m_log->get(seq)->record.requestId, std::to_string(t) + "-" + std::to_string(i));
        }
    }
    EXPECT_TRUE(fsck().ok()) << fsck().finding;
}

TEST_F(Append, aFullQueueRefusesAtOnceAndDropsNothing) {
    Result<std::unique_ptr<audit::AuditLog>> opened =
        audit::AuditLog::open({m_folder, m_origin, "boot-1", "0.1.0", 4, 2}, m_clock, m_random, *m_signer);
    m_log = std::move(opened).value();
    // The first callback holds the writer's thread until the queue has been filled behind it.
    std::latch entered(1);
    std::latch leave(1);
    m_log->appendAsync(auditRecord(), {}, [&](Result<port::Appended>) {
        entered.count_down();
        leave.wait();
    });
    entered.wait();
    std::atomic<int> written = 0;
    std::atomic<int> refused = 0;
    for (int i = 0; i < 10; ++i) {
        m_log->appendAsync(auditRecord(), {}, [&](Result<port::Appended> result) {
            (result.ok() ? written : refused)++;
            EXPECT_TRUE(result.ok() || result.error().code == ErrorCode::ResourceExhausted);
        });
    }
    EXPECT_EQ(refused, 6);
    leave.count_down();
    close(); // writes what is queued
    EXPECT_EQ(written, 4);
    open();
    EXPECT_EQ(m_log->size(), 5u);
}

TEST_F(Append, theAppendOnlyTriggersRefuseChanges) {
    openWith(300);
    close();
    SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READWRITE);
    EXPECT_THROW(database.exec("UPDATE rec SET bytes = x'00' WHERE seq = 0"), SQLite::Exception);
    EXPECT_THROW(database.exec("DELETE FROM rec"), SQLite::Exception);
    EXPECT_THROW(database.exec("UPDATE tile SET idx = 9"), SQLite::Exception);
    EXPECT_THROW(database.exec("DELETE FROM tile"), SQLite::Exception);
}

TEST_F(Append, ofOlderCheckpointsTheLastOfEach256RecordsIsKept) {
    open();
    for (int i = 0; i < 600; ++i) {
        append(auditRecord());
        if (i % 10 == 0) {
            ASSERT_TRUE(m_log->checkpoint().ok()); // signs; the next record stores it
        }
    }
    close();
    SQLite::Database database((m_folder / "audit.db").string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM checkpoint").getInt(), 3);
    EXPECT_EQ(database.execAndGet("SELECT count(DISTINCT (size - 1) / 256) FROM checkpoint").getInt(), 3);
    EXPECT_EQ(database.execAndGet("SELECT max(size) FROM checkpoint").getInt(), 600);
}

TEST_F(Append, onlyTheOwnerCanReadTheLog) {
    openWith(1);
    AuditFilter filter;
    filter.person = "ada";
    ASSERT_TRUE(m_log->search(filter).ok()) << "the index is there";
    for (const char* name : {"audit.db", "audit_index.db", "audit.key"}) {
        const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
        EXPECT_EQ(std::filesystem::status(m_folder / name).permissions() & others, std::filesystem::perms::none)
            << name;
    }
}

} // namespace
} // namespace gnomon::test
