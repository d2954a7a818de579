// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/console_session.h"
#include "tests/support/provable_log.h"
#include "ui/models/audit_detail_model.h"
#include "ui/models/audit_exporter.h"
#include "ui/models/audit_model.h"
#include "ui/models/audit_trust_words.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;

} // namespace

class AuditTablesTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::ConsoleSession> m_console;
    std::unique_ptr<test::ProvableLog> m_log;

    LogWitness& witness() { return *LogWitness::of(m_console->session(), m_console->store, m_console->clock); }
    proof::ExportOptions pinned() { return {witness().key(), witness().trust().pinned}; }
    AuditExporter::Stage exportTo(AuditExporter& exporter, const QString& path) {
        exporter.start(m_console->session(), path, pinned());
        [[maybe_unused]] const bool done = QTest::qWaitFor([&] { return !exporter.running(); });
        return exporter.stage();
    }

private Q_SLOTS:
    void init() {
        m_console = std::make_unique<test::ConsoleSession>();
        m_log = std::make_unique<test::ProvableLog>(*m_console->node);
        m_console->node->goLive();
        QTRY_VERIFY(m_console->session().node() && !m_console->session().node()->auditVerifierKey.empty());
        QTRY_COMPARE(witness().trust().finding, Finding::Verified);
    }
    void cleanup() {
        m_console.reset();
        m_log.reset();
    }

    void trailComesNewestFirstInPages() {
        AuditModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        model.setQuery(&m_console->session(), &witness(), {});
        QTRY_COMPARE(model.rowCount(), 200);
        QCOMPARE(model.at(0)->record.seq.value, m_log->size() - 1);
        model.fetchMore({});
        QTRY_COMPARE(model.rowCount(), 400);
        QVERIFY(!model.canFetchMore({}));
        QCOMPARE(model.rowOf(Seq(0)), 399);
        QCOMPARE(model.rowOf(Seq(399)), 0);
        QCOMPARE(model.rowOf(Seq(400)), -1);
    }

    void filterIsTheNodesWork() {
        AuditModel model;
        const QAbstractItemModelTester tester(&model, kFatal);
        AuditFilter filter;
        filter.person = "grace";
        filter.action = "promote";
        model.setQuery(&m_console->session(), &witness(), filter);
        QTRY_COMPARE(model.load(), EvidenceTable::Load::Ready);
        QVERIFY(model.rowCount() > 0);
        for (int row = 0; row < model.rowCount(); ++row) {
            QCOMPARE(model.at(row)->record.actor.person, std::string("grace"));
        }
        QCOMPARE(model.matching(), static_cast<std::uint64_t>(model.rowCount()));
        QCOMPARE(model.logSize(), m_log->size());
    }

    void rowGetsItsTickOnlyWhenItWasProvedHere() {
        AuditModel model;
        model.setQuery(&m_console->session(), &witness(), {});
        QTRY_COMPARE(model.rowCount(), 200);
        const QModelIndex proof = model.index(0, AuditModel::ProofColumn);
        QCOMPARE(proof.data().toString(), u"⧖"_s);
        model.prove(0, 0);
        QTRY_COMPARE(proof.data().toString(), u"✓"_s);
        QCOMPARE(model.index(1, AuditModel::ProofColumn).data().toString(), u"⧖"_s);
    }

    void findingsHaveShapesOfTheirOwn() {
        QCOMPARE(findingShape(Finding::Verified), u"✓"_s);
        QCOMPARE(findingShape(Finding::NotChecked), u"⧖"_s);
        QCOMPARE(findingShape(Finding::KeyUnknown), u"○"_s);
        QSet<QString> words;
        for (int i = 0; i <= int(Finding::KeyUnknown); ++i) {
            words.insert(findingWord(static_cast<Finding>(i)));
            QCOMPARE(isAlarm(static_cast<Finding>(i)), findingShape(static_cast<Finding>(i)) == u"▲"_s);
        }
        QCOMPARE(words.size(), 6);
    }

    void detailShowsBeforeAndAfterAndWhatWasProved() {
        AuditDetailModel detail;
        const QAbstractItemModelTester tester(&detail, kFatal);
        AuditModel model;
        model.setQuery(&m_console->session(), &witness(), {});
        QTRY_COMPARE(model.rowCount(), 200);
        detail.setRecord(*model.at(0), nullptr, QTimeZone::utc());
        QVERIFY(detail.asText().contains(u"mode\tPRODUCTION → FALLBACK"_s));
        QVERIFY(!detail.asText().contains(u"SHA-256"_s));
        model.prove(0, 0);
        QTRY_VERIFY(model.checker().find(Seq(399)) != nullptr);
        detail.setRecord(*model.at(0), model.checker().find(Seq(399)), QTimeZone::utc());
        QVERIFY(detail.asText().contains(u"SHA-256"_s));
        QVERIFY(detail.asText().contains(u"399 of 400"_s));
    }

    void erasedDetailsAreSaidToBeErased() {
        StoredRecord stored = m_console->node->records()[10];
        stored.payload.reset();
        AuditDetailModel detail;
        detail.setRecord(stored, nullptr, QTimeZone::utc());
        QVERIFY(detail.asText().contains(u"erased"_s));
    }

    void exportIsWrittenAndVerified() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"trail"_s);
        AuditExporter exporter;
        QCOMPARE(exportTo(exporter, path), AuditExporter::Stage::Done);
        QVERIFY(exporter.report()->ok());
        QCOMPARE(exporter.report()->records, 400U);
        QVERIFY(exporter.report()->keyWasGiven);
        QVERIFY(exportSentence(exporter).contains(u"verified"_s));
        QVERIFY(QFile::exists(path));
    }

    void exportOfAnAlteredLogIsNotCalledVerified() {
        const QTemporaryDir folder;
        m_log->flipByte(200);
        AuditExporter exporter;
        QCOMPARE(exportTo(exporter, folder.filePath(u"trail"_s)), AuditExporter::Stage::Done);
        QVERIFY(!exporter.report()->ok());
        QVERIFY(isAlarm(exportFinding(*exporter.report())));
        QVERIFY(!exportSentence(exporter).contains(u"verified"_s));
    }

    void exportOfARewrittenLogContradictsWhatWasSeen() {
        const QTemporaryDir folder;
        m_log->rewrite(200, "nothing to see here");
        AuditExporter exporter;
        QCOMPARE(exportTo(exporter, folder.filePath(u"trail"_s)), AuditExporter::Stage::Done);
        QCOMPARE(exportFinding(*exporter.report()), Finding::Rewritten);
    }

    void exportThatCannotBeWrittenSaysWhy() {
        AuditExporter exporter;
        QCOMPARE(exportTo(exporter, u"/nonexistent/folder/trail"_s), AuditExporter::Stage::Failed);
        QVERIFY(exportSentence(exporter).contains(u"/nonexistent/folder/trail"_s));
    }

    void exportCanBeStopped() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"trail"_s);
        m_console->node->hold();
        AuditExporter exporter;
        exporter.start(m_console->session(), path, pinned());
        exporter.cancel();
        QCOMPARE(exporter.stage(), AuditExporter::Stage::Cancelled);
        m_console->node->releaseAll();
        QVERIFY(!exporter.running());
        QVERIFY(!exporter.report().has_value());
    }
};

QTEST_GUILESS_MAIN(AuditTablesTest)
#include "audit_tables_test.moc"
