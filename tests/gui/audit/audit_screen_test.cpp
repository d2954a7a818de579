// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "backend/base/files.h"
#include "backend/proof/export_verifier.h"
#include "tests/support/fake_window.h"
#include "tests/support/provable_log.h"
#include "ui/views/audit/audit_screen.h"
#include "ui/views/audit/finding_label.h"
#include "ui/views/audit/trust_bar.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_pane.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// The audit screen over a fake node whose log is a real one, by keyboard and by the names of its parts.
class AuditScreenTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;
    std::unique_ptr<test::ProvableLog> m_log;
    std::string m_eu;

    test::FakeNode& node() { return m_w->console.node(m_eu); }

    template <class Widget>
    Widget* find(const QString& name) {
        auto* widget = m_w->window->findChild<Widget*>(name);
        Q_ASSERT(widget != nullptr);
        return widget;
    }
    QString text(const QString& name) { return find<QLabel>(name)->text(); }
    StatePane* pane() { return find<StatePane>(u"auditState"_s); }
    QTableView* table() { return find<QTableView>(u"auditTable"_s); }
    AuditModel* model() { return qobject_cast<AuditModel*>(table()->model()); }
    const AuditRecord& record(int row) { return model()->at(row)->record; }
    QString proof(int row) { return model()->index(row, AuditModel::ProofColumn).data().toString(); }
    QString detailProof() { return find<FindingLabel>(u"auditDetailProof"_s)->text(); }
    bool waitForRows() {
        return QTest::qWaitFor([this] { return model()->load() == EvidenceTable::Load::Ready; });
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) { m_w->press(key, modifiers); }
    void type(const QString& text) { m_w->type(text); }
    // By Tab, as somebody without a mouse gets there.
    bool tabTo(const QString& name) {
        QStringList seen;
        for (int i = 0; i < 40; ++i) {
            seen.append(QApplication::focusWidget()->objectName());
            if (seen.last() == name) {
                return true;
            }
            press(Qt::Key_Tab);
        }
        qWarning("Tab does not lead to %s: %s", qPrintable(name), qPrintable(seen.join(u' ')));
        return false;
    }
    void choose(const QString& box, const QString& entry) {
        QVERIFY2(tabTo(box), qPrintable(box));
        const auto* choices = find<QComboBox>(box);
        for (int i = 0; i < choices->count() && choices->currentText() != entry; ++i) {
            press(Qt::Key_Down);
        }
        QCOMPARE(choices->currentText(), entry);
        QVERIFY(waitForRows());
    }
    void open() { QVERIFY(m_w->open({auditScreen()})); }
    void openLive() {
        open();
        QVERIFY(waitForRows());
        QTRY_COMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Verified);
    }

private Q_SLOTS:
    void init() {
        m_w = std::make_unique<test::FakeWindow>();
        m_eu = m_w->console.add("eu-1");
        m_log = std::make_unique<test::ProvableLog>(node());
        node().goLive(); // now with the log's key
        m_w->console.selection.select(m_eu, EndpointName("spam-filter"));
    }
    void cleanup() {
        m_w.reset();
        m_log.reset();
    }

    void recordsComeNewestFirstEachProvedHere() {
        openLive();
        QCOMPARE(text(u"auditCount"_s), u"400 records, newest first"_s);
        QCOMPARE(record(0).seq.value, 399U);
        QTRY_COMPARE(proof(0), u"✓"_s);
        QCOMPARE(table()->currentIndex().row(), 0);
        QVERIFY(text(u"auditTrust"_s).contains(u"400 records"_s));
        QCOMPARE(model()->index(0, AuditModel::ChangeColumn).data().toString(), u"PRODUCTION → FALLBACK"_s);
    }

    // Its records were proven of another log.
    void anotherNodeAtTheAddressTakesTheOldOnesRecordsAway() {
        openLive();
        QTRY_COMPARE(proof(0), u"✓"_s);
        node().hold();
        port::LinkStatus other;
        other.state = port::LinkState::Live;
        other.replaced = true;
        node().setLink(other);
        QTRY_COMPARE(model()->rowCount(), 0);
        QVERIFY(pane()->state() != StatePane::State::Live);
        node().push();
        node().releaseAll();
        QTRY_COMPARE(model()->rowCount() > 0, true);
    }

    void moreRecordsComeAtTheEndOfTheList() {
        openLive();
        QCOMPARE(model()->rowCount(), 200);
        press(Qt::Key_End, Qt::ControlModifier);
        QTRY_COMPARE(model()->rowCount(), 400);
        QTRY_COMPARE(proof(table()->rowAt(table()->viewport()->height() / 2)), u"✓"_s);
    }

    void personIsFilteredByTheNode() {
        openLive();
        QVERIFY(tabTo(u"auditWho"_s));
        type(u"grace"_s);
        QTRY_VERIFY(text(u"auditCount"_s).contains(u"of 400 records match"_s));
        QVERIFY(waitForRows());
        for (int row = 0; row < model()->rowCount(); ++row) {
            QCOMPARE(record(row).actor.person, std::string("grace"));
        }
    }

    void wordsAreFilteredFromTheFilterKey() {
        openLive();
        press(Qt::Key_Slash);
        type(u"late"_s);
        QTRY_VERIFY(text(u"auditCount"_s).contains(u"match"_s));
        QVERIFY(waitForRows());
        QVERIFY(model()->rowCount() > 0);
        QCOMPARE(record(0).reason, std::string("late"));
    }

    // A field keeps no key that the screen needs.
    void wordsFieldIsNoTrap() {
        openLive();
        press(Qt::Key_Slash);
        QVERIFY(find<QLineEdit>(u"auditWords"_s)->hasFocus());
        press(Qt::Key_Escape);
        QVERIFY(table()->hasFocus());
        press(Qt::Key_Slash);
        m_log->append("enable");
        node().push();
        QTRY_VERIFY(find<QPushButton>(u"auditNewer"_s)->isVisible());
        press(Qt::Key_F5);
        QTRY_COMPARE(record(0).seq.value, 400U);
        QVERIFY(find<QLineEdit>(u"auditWords"_s)->hasFocus());
        press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(find<QLineEdit>(u"exportPath"_s)->hasFocus());
    }

    void readingsAreHiddenUntilTheyAreAskedFor() {
        node().editRecords([](auto& records) {
            records[399].record.kind = RecordKind::View;
            records[398].record.kind = RecordKind::View;
        });
        m_log = std::make_unique<test::ProvableLog>(node());
        openLive();
        QCOMPARE(text(u"auditCount"_s), u"398 records, newest first; 2 readings hidden"_s);
        QCOMPARE(record(0).seq.value, 397U);
        QVERIFY(tabTo(u"auditReadings"_s));
        press(Qt::Key_Space);
        QTRY_COMPARE(text(u"auditCount"_s), u"400 records, newest first"_s);
        QCOMPARE(record(0).seq.value, 399U);
        m_w->window->close();
        open(); // remembers it
        QTRY_COMPARE(text(u"auditCount"_s), u"400 records, newest first"_s);
        QTRY_COMPARE(table()->currentIndex().row(), 2); // the newest that is no reading
    }

    void choicesNarrowEachOther() {
        openLive();
        choose(u"auditWhat"_s, u"promote"_s);
        choose(u"auditObject"_s, u"credit-approval"_s);
        choose(u"auditWhen"_s, u"Last 24 hours"_s);
        choose(u"auditResult"_s, u"allowed"_s);
        QVERIFY(model()->rowCount() > 0);
        for (int row = 0; row < model()->rowCount(); ++row) {
            QCOMPARE(record(row).action, std::string("promote"));
            QCOMPARE(record(row).object, std::string("endpoint/credit-approval"));
            QCOMPARE(record(row).result, std::string("allowed"));
            QVERIFY(record(row).time >= m_w->console.clock.wallNow() - 24h);
        }
    }

    void machinesCanBeLeftOut() {
        openLive();
        QVERIFY(tabTo(u"auditHumans"_s));
        press(Qt::Key_Space);
        QTRY_VERIFY(text(u"auditCount"_s).contains(u"match"_s));
        QVERIFY(waitForRows());
        for (int row = 0; row < model()->rowCount(); ++row) {
            QVERIFY(!record(row).actor.person.starts_with("machine:"));
        }
    }

    void nothingThatMatchesIsNotAnEmptyLog() {
        openLive();
        press(Qt::Key_Slash);
        type(u"nobody ever wrote this"_s);
        QTRY_COMPARE(pane()->state(), StatePane::State::Empty);
        QVERIFY(pane()->stateText().contains(u"400 are outside the filter"_s));
        QVERIFY(text(u"auditCount"_s).isEmpty());
        QVERIFY(tabTo(u"stateAction"_s));
        press(Qt::Key_Space); // Clear filters
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
        QCOMPARE(model()->rowCount(), 200);
    }

    void shiftFTakesAllFiltersOff() {
        openLive();
        choose(u"auditWhat"_s, u"promote"_s);
        table()->setFocus();
        press(Qt::Key_F, Qt::ShiftModifier);
        QTRY_COMPARE(text(u"auditCount"_s), u"400 records, newest first"_s);
    }

    void recordIsShownInFullWithBeforeAndAfter() {
        openLive();
        press(Qt::Key_Down);
        QTRY_VERIFY(detailProof().contains(u"Verified here"_s));
        QVERIFY(detailProof().contains(u"record 398 of the 400"_s));
        QVERIFY(text(u"auditDetailTitle"_s).startsWith(u"Record 398"_s));
        QStringList cells;
        const QAbstractItemModel* detail = find<QTableView>(u"auditDetailTable"_s)->model();
        for (int row = 0; row < detail->rowCount(); ++row) {
            for (int column = 0; column < detail->columnCount(); ++column) {
                cells.append(detail->index(row, column).data().toString());
            }
        }
        QVERIFY(cells.contains(u"PRODUCTION"_s) && cells.contains(u"FALLBACK"_s));
        press(Qt::Key_Return);
        QVERIFY(find<QTableView>(u"auditDetailTable"_s)->hasFocus());
        press(Qt::Key_Backspace);
        QVERIFY(table()->hasFocus());
    }

    void falseRecordOutweighsTheGoodCheckpoint() {
        m_log->showAnotherReason(398, "nothing to see here");
        open();
        QTRY_COMPARE(proof(1), u"▲"_s);
        QCOMPARE(proof(0), u"✓"_s);
        QTRY_COMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Altered);
        QVERIFY(text(u"auditTrust"_s).startsWith(u"Record 398 is altered"_s));
        QVERIFY(text(u"auditConsequence"_s).contains(u"Keep an export"_s));
        press(Qt::Key_Down);
        QTRY_VERIFY(detailProof().startsWith(u"Altered"_s));
    }

    void verifyingAgainChecksWhatIsShown() {
        openLive();
        QTRY_VERIFY(detailProof().contains(u"Verified here"_s));
        m_log->flipByte(399);
        QVERIFY(tabTo(u"auditVerify"_s));
        press(Qt::Key_Space);
        QTRY_VERIFY(detailProof().startsWith(u"Altered"_s));
        QVERIFY(find<QPushButton>(u"auditVerify"_s)->hasFocus()); // also while it is checked
    }

    void trustFollowsNewRecordsWithTheirHeartbeat() {
        openLive();
        m_log->append("enable");
        node().push();
        QTRY_VERIFY(text(u"auditTrust"_s).contains(u"401 records"_s));
        QCOMPARE(model()->rowCount(), 200);
        QCOMPARE(record(0).seq.value, 399U); // reading is recorded, so nothing is read by itself
        QCOMPARE(find<QPushButton>(u"auditNewer"_s)->text(), u"1 newer record  F5"_s);
        press(Qt::Key_F5);
        QTRY_COMPARE(record(0).seq.value, 400U);
        QVERIFY(!find<QPushButton>(u"auditNewer"_s)->isVisible());
        QCOMPARE(table()->currentIndex().row(), 0); // nobody had chosen another one
        press(Qt::Key_Down);
        m_log->append("enable");
        node().push();
        QTRY_VERIFY(find<QPushButton>(u"auditNewer"_s)->isVisible());
        press(Qt::Key_F5);
        QTRY_COMPARE(record(0).seq.value, 401U);
        QCOMPARE(record(table()->currentIndex().row()).seq.value, 399U); // now somebody had
    }

    void trustSaysHowFarItReachesWhenRecordsAreNewer() {
        openLive();
        node().proveConsistent = [](auto, auto) {
            return Result<ConsistencyProof>(Error{ErrorCode::Unavailable, "the line is dead"});
        };
        m_log->append("enable");
        press(Qt::Key_F5);
        QTRY_COMPARE(text(u"auditTrust"_s), u"Log verified here: the first 400 of 401 records."_s);
        QTRY_VERIFY(text(u"auditConsequence"_s).contains(u"line is dead"_s));
        QCOMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Verified);
    }

    void rewrittenLogIsToldAtOnceAndUntilItIsDismissed() {
        openLive();
        const std::string reason = node().records()[100].record.reason;
        QVERIFY(!find<QPushButton>(u"auditDismiss"_s)->isVisible());
        m_log->rewrite(100, "nothing to see here");
        m_log->append("enable");
        node().push();
        QTRY_COMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Rewritten);
        QVERIFY(text(u"auditConsequence"_s)
                    .contains(u"the first 400 records of gnomon.example/eu-1/audit are as this console saw them"_s));
        m_log->rewrite(100, reason);
        find<QPushButton>(u"auditVerify"_s)->click();
        QTRY_VERIFY(!LogWitness::of(*m_w->console.fleet.session(m_eu), m_w->console.store, m_w->console.clock)
                         ->trust()
                         .checking);
        QCOMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Rewritten);
        find<QPushButton>(u"auditDismiss"_s)->click();
        QTRY_COMPARE(find<TrustBar>(u"trustBar"_s)->finding(), Finding::Verified);
        QVERIFY(!find<QPushButton>(u"auditDismiss"_s)->isVisible());
    }

    void exportIsWrittenCheckedAndGood() {
        const QTemporaryDir folder;
        const QString file = folder.filePath(u"trail"_s);
        openLive();
        press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(find<QLineEdit>(u"exportPath"_s)->hasFocus());
        type(file); // over what was suggested
        press(Qt::Key_Return);
        QVERIFY(!QFile::exists(file)); // Enter alone starts nothing
        press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(
            find<FindingLabel>(u"exportState"_s)->text().contains(u"Exported and verified here: 400 records"_s));
        QVERIFY(find<QLineEdit>(u"exportPath"_s)->hasFocus()); // also after it was busy
        proof::ExportVerifier verifier;
        verifier.feed(asBytes(readFile(file.toStdString()).value()));
        QVERIFY(verifier.finish().ok());
        QVERIFY(tabTo(u"exportClose"_s));
        press(Qt::Key_Space);
        QVERIFY(!m_w->window->layer().isOpen());
        QVERIFY(table()->hasFocus());
    }

    void exportThatCannotBeWrittenSaysWhy() {
        openLive();
        press(Qt::Key_E, Qt::ControlModifier);
        type(u"/nonexistent/folder/trail"_s);
        press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(find<FindingLabel>(u"exportState"_s)->text().startsWith(u"Not exported."_s));
        QVERIFY(find<QLineEdit>(u"exportPath"_s)->isEnabled());
        press(Qt::Key_Escape);
        press(Qt::Key_E, Qt::ControlModifier); // a new sheet knows nothing of the old one's end
        QVERIFY(m_w->visible<QLineEdit>("exportPath") != nullptr);
        QVERIFY(m_w->visible<FindingLabel>("exportState") == nullptr);
    }

    void exportGoesToAFolderThatExists() {
        const QTemporaryDir home;
        const QByteArray before = qgetenv("HOME");
        qputenv("HOME", home.path().toLocal8Bit());
        openLive();
        press(Qt::Key_E, Qt::ControlModifier);
        const QString suggested = m_w->visible<QLineEdit>("exportPath")->text();
        press(Qt::Key_Escape);
        QVERIFY(QDir(home.path()).mkdir(u"Documents"_s));
        press(Qt::Key_E, Qt::ControlModifier);
        const QString inDocuments = m_w->visible<QLineEdit>("exportPath")->text();
        qputenv("HOME", before);
        QCOMPARE(QFileInfo(suggested).path(), home.path());
        QCOMPARE(QFileInfo(inDocuments).path(), home.filePath(u"Documents"_s));
    }

    void withoutANodeThereIsNothingToShow() {
        m_w->console.selection.select({}, EndpointName());
        open();
        QCOMPARE(pane()->state(), StatePane::State::Empty);
        QVERIFY(pane()->stateText().contains(u"No node is connected"_s));
    }

    void deniedSaysSo() {
        node().failNext<AuditPage>({ErrorCode::PermissionDenied, "needs audit.read"});
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Denied);
        QVERIFY(pane()->stateText().contains(u"audit.read"_s));
    }

    void failureIsOfThePaneAndCanBeRetried() {
        node().failNext<AuditPage>({ErrorCode::Internal, "the index is broken", "run fsck"});
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Error);
        QVERIFY(pane()->stateText().contains(u"index is broken"_s));
        QVERIFY(tabTo(u"stateAction"_s));
        press(Qt::Key_Space); // Try again
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
        QCOMPARE(model()->rowCount(), 200);
    }

    void silentNodeLeavesTheRowsWithTheirAge() {
        openLive();
        m_w->console.silence(41s);
        QTRY_COMPARE(pane()->state(), StatePane::State::Stale);
        QVERIFY(pane()->stateText().contains(u"41 s ago"_s));
        QCOMPARE(model()->rowCount(), 200);
        node().push();
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
    }

    void filterSurvivesARestart() {
        openLive();
        choose(u"auditWhat"_s, u"promote"_s);
        m_w->window->close();
        open();
        QCOMPARE(find<QComboBox>(u"auditWhat"_s)->currentText(), u"promote"_s);
        QTRY_VERIFY(text(u"auditCount"_s).contains(u"of 400 records match"_s));
    }

    void relatedRecordIsOneEnterAway() {
        node().editRecords([](auto& records) { records[397].record.ref = Seq(395); });
        m_log = std::make_unique<test::ProvableLog>(node()); // of the records as they are now
        openLive();
        table()->selectRow(2);
        auto* related = find<QListWidget>(u"auditRelated"_s);
        QTRY_VERIFY(related->isVisible());
        QVERIFY(tabTo(u"auditRelated"_s));
        press(Qt::Key_Home);
        press(Qt::Key_Return);
        QTRY_COMPARE(table()->currentIndex().row(), 4);
    }

    void everyControlHasAName() {
        openLive();
        for (const QWidget* widget : m_w->window->findChildren<QWidget*>()) {
            const bool reachable = widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            QVERIFY2(!reachable || !widget->accessibleName().isEmpty() ||
                         (button != nullptr && !button->text().isEmpty()),
                     qPrintable(QString::fromLatin1(widget->metaObject()->className()) + u' ' + widget->objectName()));
        }
    }
};

QTEST_MAIN(AuditScreenTest)
#include "audit_screen_test.moc"
