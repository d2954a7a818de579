// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/support/console_session.h"
#include "tests/support/provable_log.h"
#include "ui/models/audit_checker.h"
#include "ui/models/audit_trust_words.h"
#include "ui/models/audit_witness.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

class AuditWitnessTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::ConsoleSession> m_console;
    std::unique_ptr<test::ProvableLog> m_log;

    LogWitness& witness() { return *LogWitness::of(m_console->session(), m_console->store, m_console->clock); }
    Finding found() { return witness().trust().finding; }
    // Checks once more and waits for the finding.
    Finding checkAgain() {
        m_console->clock.advance(std::chrono::seconds(1));
        const auto before = witness().trust().checked;
        witness().check();
        [[maybe_unused]] const bool done =
            QTest::qWaitFor([&] { return !witness().trust().checking && witness().trust().checked != before; });
        return found();
    }
    // Checks once more and waits for the end of it.
    LogTrust settled() {
        witness().check();
        [[maybe_unused]] const bool done = QTest::qWaitFor([&] { return !witness().trust().checking; });
        return witness().trust();
    }
    RecordProof prove(AuditChecker& checker, std::size_t seq) {
        const StoredRecord shown = m_console->node->records()[seq];
        checker.want(shown);
        [[maybe_unused]] const bool done = QTest::qWaitFor([&] { return checker.find(shown.record.seq) != nullptr; });
        const RecordProof* proof = checker.find(shown.record.seq);
        return proof == nullptr ? RecordProof{} : *proof;
    }

private Q_SLOTS:
    void init() {
        m_console = std::make_unique<test::ConsoleSession>();
        m_log = std::make_unique<test::ProvableLog>(*m_console->node);
        m_console->node->goLive(); // now with the log's key
        QTRY_VERIFY(m_console->session().node() && !m_console->session().node()->auditVerifierKey.empty());
        QTRY_COMPARE(found(), Finding::Verified);
    }
    void cleanup() {
        m_console.reset();
        m_log.reset();
    }

    void firstMeetingPinsKeyAndCheckpoint() {
        QCOMPARE(m_console->store.pins.size(), 1U);
        const port::PinnedCheckpoint& pin = m_console->store.pins.begin()->second;
        QCOMPARE(pin.checkpoint.size, m_log->size());
        QCOMPARE(pin.verifierKey, m_console->session().node()->auditVerifierKey);
        QVERIFY(witness().trust().since.has_value());
        QVERIFY(trustHeadline(witness().trust()).contains(u"verified"_s));
    }

    void grownLogIsProvedBeforeItIsPinned() {
        m_log->append("enable");
        QCOMPARE(checkAgain(), Finding::Verified);
        QCOMPARE(witness().trust().pinned->size, m_log->size());
    }

    void rewrittenLogIsFoundAndNotPinned() {
        const Checkpoint before = *witness().trust().pinned;
        m_log->rewrite(100, "nothing to see here");
        m_log->append("enable");
        QCOMPARE(checkAgain(), Finding::Rewritten);
        QCOMPARE(m_console->store.pins.begin()->second.checkpoint, before);
        QVERIFY(trustHeadline(witness().trust()).contains(u"rewritten"_s));
        QVERIFY(!trustConsequence(witness().trust()).isEmpty());
    }

    void rewrittenLogOfTheSameSizeIsFound() {
        m_log->rewrite(100, "nothing to see here");
        QCOMPARE(checkAgain(), Finding::Rewritten);
    }

    void truncatedLogIsMissingRecords() {
        m_log->truncate(390);
        QCOMPARE(checkAgain(), Finding::Missing);
        QVERIFY(trustHeadline(witness().trust()).contains(u"missing"_s));
    }

    void otherKeyIsNotBelieved() {
        m_console->node->edit([](auto&, NodeInfo& info) { info.auditVerifierKey.clear(); });
        const test::ProvableLog thief(*m_console->node, 9);
        m_console->node->goLive();
        QTRY_COMPARE(checkAgain(), Finding::KeyUnknown);
        m_log.reset();
    }

    void checkpointWithoutGoodSignatureIsNotBelieved() {
        m_console->node->checkpoint = [good = m_log->head()] {
            Checkpoint forged = good;
            forged.note[forged.note.size() - 10] = forged.note[forged.note.size() - 10] == 'A' ? 'B' : 'A';
            return forged;
        };
        QCOMPARE(checkAgain(), Finding::KeyUnknown);
    }

    void nodeThatDoesNotProveIsNotHealthy() {
        m_log->append("enable");
        m_console->node->proveConsistent = nullptr;
        QCOMPARE(checkAgain(), Finding::NotChecked);
        QVERIFY(trustHeadline(witness().trust()).contains(u"not proved"_s));
    }

    void findingStaysWhenTheNodeIsAway() {
        m_console->node->failNext({ErrorCode::Unavailable, "the line is dead"});
        witness().check();
        QTRY_VERIFY(!witness().trust().unreachable.isEmpty());
        QCOMPARE(found(), Finding::Verified);
        QVERIFY(trustConsequence(witness().trust()).contains(u"line is dead"_s, Qt::CaseInsensitive));
    }

    void logUnderANewOriginIsAnAlarmUntilAPersonDismissesIt() {
        m_log.reset();
        m_console->node->edit([](auto&, NodeInfo& info) { info.auditOrigin = "gnomon.example/node-a/audit-2"; });
        m_log = std::make_unique<test::ProvableLog>(*m_console->node);
        m_log->rewrite(100, "nothing to see here");
        m_console->node->goLive();
        QTRY_COMPARE(m_console->session().node()->auditOrigin, std::string("gnomon.example/node-a/audit-2"));
        witness().check();
        QTRY_COMPARE(found(), Finding::Rewritten);
        QVERIFY(witness().trust().why.contains(u"audit-2"_s));
        QCOMPARE(m_console->store.pins.size(), 1U);
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        QVERIFY(prove(checker, 395).finding != Finding::Verified);

        QVERIFY(witness().dismiss().ok());
        QTRY_COMPARE(found(), Finding::Verified);
        QCOMPARE(m_console->store.pins.size(), 2U);
    }

    void firstAlarmStaysWhenTheNodeTakesItBack() {
        const auto reason = m_console->node->records()[100].record.reason;
        m_log->rewrite(100, "nothing to see here");
        QCOMPARE(checkAgain(), Finding::Rewritten);
        const LogTrust alarm = witness().trust();
        m_log->rewrite(100, reason);
        QCOMPARE(settled(), alarm);

        m_console->node->setLink({}); // and when the console starts anew
        delete &witness();
        QCOMPARE(found(), Finding::Rewritten);
        QCOMPARE(witness().trust().why, alarm.why);
        m_console->node->goLive();
        QTRY_COMPARE(m_console->session().link().state, port::LinkState::Live);
        QCOMPARE(settled().finding, Finding::Rewritten);

        QVERIFY(witness().dismiss().ok());
        QTRY_COMPARE(found(), Finding::Verified);
    }

    void dismissedAlarmComesBackWhileTheLogContradictsWhatWasSeen() {
        m_log->rewrite(100, "nothing to see here");
        QCOMPARE(checkAgain(), Finding::Rewritten);
        QVERIFY(witness().dismiss().ok());
        QTRY_COMPARE(found(), Finding::Rewritten);
    }

    void proofOfARecordThatContradictsWhatWasSeenRaisesTheAlarm() {
        m_log->rewrite(100, "nothing to see here");
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        QCOMPARE(prove(checker, 395).finding, Finding::Rewritten);
        QCOMPARE(found(), Finding::Rewritten);
    }

    void recordIsProvedAgainstThePinnedHistory() {
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        const RecordProof proof = prove(checker, 395);
        QCOMPARE(proof.finding, Finding::Verified);
        QVERIFY(proof.proven.has_value());
        QCOMPARE(checker.firstFalse(), std::nullopt);
    }

    void flippedByteIsAltered() {
        m_log->flipByte(395);
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        QCOMPARE(prove(checker, 395).finding, Finding::Altered);
        QCOMPARE(prove(checker, 394).finding, Finding::Verified);
        QCOMPARE(checker.firstFalse(), std::optional(Seq(395)));
    }

    void shownRecordMustBeTheProvedOne() {
        m_log->showAnotherReason(395, "nothing to see here");
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        const RecordProof proof = prove(checker, 395);
        QCOMPARE(proof.finding, Finding::Altered);
        QVERIFY(proof.why.contains(u"another record"_s));
    }

    void recordOfARewrittenLogIsNotProved() {
        m_log->rewrite(100, "nothing to see here");
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        QCOMPARE(prove(checker, 395).finding, Finding::Rewritten);
    }

    void recordThatNoCheckpointCoversIsTriedAgain() {
        m_console->node->failNext({ErrorCode::Unavailable, "not covered by a checkpoint yet"});
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        QCOMPARE(prove(checker, 395).finding, Finding::NotChecked);
        checker.retry();
        QCOMPARE(prove(checker, 395).finding, Finding::Verified);
    }

    void manyRecordsAreProvedAFewAtATime() {
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        m_console->node->hold();
        for (std::size_t seq = 300; seq < 350; ++seq) {
            checker.want(m_console->node->records()[seq]);
        }
        QCOMPARE(m_console->node->held(), 4U);
        const QSignalSpy checked(&checker, &AuditChecker::checked);
        m_console->node->releaseAll();
        QTRY_COMPARE(checked.count(), 50);
    }

    void lastWantedIsKeptAndComesFirst() {
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        m_console->node->hold();
        const auto want = [&](std::size_t seq, bool urgent = false) {
            checker.want(m_console->node->records()[seq], urgent);
        };
        for (std::size_t seq = 0; seq < 4; ++seq) {
            want(seq); // on their way
        }
        want(399, true);
        for (std::size_t seq = 10; seq < 300; ++seq) {
            want(seq);
        }
        std::vector<quint64> order;
        connect(&checker, &AuditChecker::checked, this, [&](quint64 seq) { order.push_back(seq); });
        m_console->node->releaseAll();
        QTRY_COMPARE(order.size(), 4U + 1U + 200U);
        QCOMPARE(order[4], quint64{399});
        QCOMPARE(order[5], quint64{299});
        QVERIFY(checker.find(Seq(10)) == nullptr);
    }

    void whatWasJudgedForTheSourceBeforeIsDropped() {
        m_log->append("enable"); // so that the witness has to ask before it can judge
        AuditChecker checker;
        checker.setSource(&m_console->session(), &witness());
        const QSignalSpy checked(&checker, &AuditChecker::checked);
        m_console->node->hold();
        checker.want(m_console->node->records()[395]);
        QTRY_COMPARE(m_console->node->held(), 1U);
        m_console->node->release(0);
        QTRY_COMPARE(m_console->node->held(), 1U); // the growth is to be proved
        checker.forget();
        m_console->node->releaseAll();
        QTRY_COMPARE(witness().trust().pinned->size, m_log->size());
        QCOMPARE(checked.count(), 0);
        QVERIFY(checker.find(Seq(395)) == nullptr);
    }
};

QTEST_GUILESS_MAIN(AuditWitnessTest)
#include "audit_witness_test.moc"
