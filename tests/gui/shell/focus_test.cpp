// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>

#include "tests/support/fake_window.h"
#include "tests/support/tab_walk.h"
#include "ui/views/audit/audit_screen.h"
#include "ui/views/compare/compare_screen.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/overlay_layer.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Who has the keyboard, before, while and after something lies over the window. Nothing here waits for the focus: it is
// where it belongs when the key has been pressed, or it is too late.
class FocusTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;
    std::string m_eu;

    test::FakeNode& node() { return m_w->console.node(m_eu); }
    QTableView* table() { return m_w->find<QTableView>("fleetTable"); }
    QString focused() { return QApplication::focusWidget() ? QApplication::focusWidget()->objectName() : u"nothing"_s; }
    // Whatever is still to come, comes.
    void settle() {
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QTest::qWait(50);
    }

private Q_SLOTS:
    void init() {
        m_w = std::make_unique<test::FakeWindow>();
        m_eu = m_w->console.add("eu-1");
        QVERIFY(m_w->open({fleetScreen(), compareScreen(), controlScreen(), auditScreen(), connectScreen()}));
        QTRY_COMPARE(table()->model()->rowCount(), 2);
    }
    void cleanup() { m_w.reset(); }

    void closingGivesTheFocusBackBeforeItReturns() {
        QCOMPARE(QApplication::focusWidget(), table());
        m_w->press(Qt::Key_F8);
        QCOMPARE(focused(), u"changeReason"_s);
        m_w->press(Qt::Key_Escape);
        QCOMPARE(QApplication::focusWidget(), table());
        settle();
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void aClosedSheetTakesNothingFromThePaletteThatFollows() {
        m_w->press(Qt::Key_F8);
        m_w->press(Qt::Key_Escape);
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->type(u"cont"_s);
        settle();
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->type(u"rol"_s);
        QCOMPARE(m_w->visible<QLineEdit>("paletteField")->text(), u"control"_s);
    }

    void whatAsksForTheFocusBeneathGetsItAtTheEnd() {
        m_w->press(Qt::Key_Slash);
        auto* filter = m_w->find<QLineEdit>("fleetFilter");
        QCOMPARE(QApplication::focusWidget(), filter);
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        table()->setFocus();
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->press(Qt::Key_Escape);
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void aSheetThatIsReplacedKeepsNothingBack() {
        m_w->press(Qt::Key_F8);
        m_w->window->openPalette();
        QCOMPARE(focused(), u"paletteField"_s);
        settle();
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        QCOMPARE(QApplication::focusWidget(), table());
    }

    // The generations to choose from come later than the sheet, and the palette may be open by then.
    void aLateAnswerTakesNothingFromAYoungerOverlay() {
        node().hold();
        m_w->openChange(ChangeKind::Rollback);
        QCOMPARE(focused(), u"changeReason"_s);
        m_w->window->openPalette();
        node().releaseAll();
        settle();
        QCOMPARE(focused(), u"paletteField"_s);
        QVERIFY(m_w->visible<QWidget>("changeSheet") == nullptr);
    }

    void theScreensMainViewHasItWhenNobodyElseCan() {
        m_w->press(Qt::Key_Slash);
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->find<QLineEdit>("fleetFilter")->setEnabled(false);
        m_w->press(Qt::Key_Escape);
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void anotherScreenBeneathHasItAtTheEnd() {
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->window->showScreen(u"control"_s); // as an answer may ask for
        QTRY_VERIFY(m_w->find<QTableView>("historyTable")->isVisible());
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->press(Qt::Key_Escape);
        QCOMPARE(focused(), u"historyTable"_s);
    }

    void aScreenOpensAtItsMainViewAndWhereOneWasLast() {
        m_w->window->showScreen(u"audit"_s);
        QTRY_VERIFY(m_w->find<QTableView>("auditTable")->isVisible());
        QCOMPARE(focused(), u"auditTable"_s);
        m_w->press(Qt::Key_Slash);
        QCOMPARE(focused(), u"auditWords"_s);
        m_w->press(Qt::Key_1, Qt::AltModifier);
        QCOMPARE(QApplication::focusWidget(), table());
        m_w->press(Qt::Key_3, Qt::AltModifier);
        QTRY_VERIFY(m_w->find<QTableView>("historyTable")->isVisible());
        QCOMPARE(focused(), u"historyTable"_s);
        m_w->press(Qt::Key_4, Qt::AltModifier);
        QCOMPARE(focused(), u"auditWords"_s);
    }

    void aWindowInTheBackgroundIsGivenBackAsItWas() {
        QWidget other;
        other.show();
        other.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&other));
        m_w->window->openPalette();
        m_w->window->layer().close();
        other.close();
        m_w->window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_w->window.get()));
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void paletteOpensFromAFieldThatIsTypedIn() {
        m_w->press(Qt::Key_Slash);
        m_w->type(u"spam"_s);
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        QCOMPARE(focused(), u"paletteField"_s);
        QCOMPARE(m_w->find<QLineEdit>("fleetFilter")->text(), u"spam"_s);
    }

    void paletteOffersWhatTheNodeTellsMeanwhile() {
        m_w->window->showScreen(u"control"_s);
        QTRY_COMPARE(m_w->find<QTableView>("historyTable")->model()->rowCount(), 3);
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->type(u"restore"_s);
        auto* list = m_w->visible<QAbstractItemView>("paletteList");
        QVERIFY(!list->currentIndex().flags().testFlag(Qt::ItemIsEnabled));
        node().edit([](auto& endpoints, auto&) {
            endpoints[0].snapshot.generation.deployment.mode = Mode::Fallback;
            endpoints[0].history.front() = endpoints[0].snapshot.generation;
        });
        node().push();
        QTRY_VERIFY(list->currentIndex().flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(focused(), u"paletteField"_s);
        m_w->press(Qt::Key_Return);
        QVERIFY(m_w->visible<QWidget>("changeSheet"));
    }

    void theKeyboardIsNeverLostInASheetThatIsConfirmed() {
        m_w->press(Qt::Key_F8);
        m_w->type(u"regression"_s);
        auto* sheet = m_w->visible<QWidget>("changeSheet");
        QTRY_VERIFY(m_w->visible<QPushButton>("changeConfirm")->isEnabled());
        node().hold();
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(node().held(), std::size_t{1});
        const auto holds = [&] {
            const QWidget* focus = QApplication::focusWidget();
            return focus != nullptr && sheet->isAncestorOf(focus) && focus->isVisible() && focus->isEnabled();
        };
        QVERIFY2(holds(), qPrintable(focused()));
        node().releaseAll();
        QTRY_VERIFY(m_w->visible<QPushButton>("changeConfirm") == nullptr);
        QVERIFY2(holds(), qPrintable(focused()));
    }

    void tabReachesEverythingOnAScreen_data() {
        QTest::addColumn<QString>("screen");
        for (const char* screen : {"fleet", "compare", "control", "audit", "connect"}) {
            QTest::newRow(screen) << QString::fromLatin1(screen);
        }
    }
    void tabReachesEverythingOnAScreen() {
        QFETCH(QString, screen);
        m_w->window->showScreen(screen);
        QTest::qWait(300); // what is loaded may take its place; nothing below depends on it
        const QList<QWidget*> seen = test::walk();
        QList<QWidget*> missed = test::tabStops(*m_w->window);
        missed.removeIf([&](QWidget* widget) { return seen.contains(widget); });
        QVERIFY2(missed.isEmpty(),
                 qPrintable(u"Tab goes: "_s + test::namesOf(seen) + u"; and never to: "_s + test::namesOf(missed)));
    }

    void tabGoesThroughEverySheetAsItIsRead_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("fallback") << static_cast<int>(ChangeKind::Fallback);
        QTest::newRow("promote") << static_cast<int>(ChangeKind::Promote);
        QTest::newRow("rollback") << static_cast<int>(ChangeKind::Rollback);
        QTest::newRow("shadow") << static_cast<int>(ChangeKind::ShadowStart);
    }
    void tabGoesThroughEverySheetAsItIsRead() {
        QFETCH(int, kind);
        m_w->openChange(static_cast<ChangeKind>(kind), VersionNumber(2));
        QTRY_VERIFY(m_w->visible<QWidget>("changeCopy")->isEnabled());
        m_w->type(u"drill"_s);
        const QString problem = test::tabProblem(*m_w->visible<QWidget>("changeSheet"));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void tabGoesThroughTheExportSheet() {
        m_w->window->showScreen(u"audit"_s);
        m_w->press(Qt::Key_E, Qt::ControlModifier);
        QCOMPARE(focused(), u"exportPath"_s);
        QVERIFY(!m_w->visible<QLineEdit>("exportPath")->selectedText().isEmpty()); // typing replaces it
        const QString problem = test::tabProblem(*m_w->visible<QWidget>("exportSheet"));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
    }

    void tabGoesThroughTheSheetsOfCompare_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("sheet");
        QTest::addColumn<QString>("first");
        QTest::newRow("why") << u"Explain the verdict"_s << u"whySheet"_s << u"whyText"_s;
        QTest::newRow("experiment") << u"Start a new experiment"_s << u"experimentSheet"_s << u"experimentReason"_s;
    }
    void tabGoesThroughTheSheetsOfCompare() {
        QFETCH(QString, command);
        QFETCH(QString, sheet);
        QFETCH(QString, first);
        m_w->window->showScreen(u"compare"_s);
        QTRY_VERIFY(m_w->visible<QWidget>("verdictWhy"));
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->type(command);
        m_w->press(Qt::Key_Return);
        QCOMPARE(focused(), first);
        if (sheet == u"experimentSheet"_s) {
            m_w->type(u"drill"_s);
        }
        const QString problem = test::tabProblem(*m_w->visible<QWidget>(sheet.toLatin1().constData()));
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        QVERIFY(m_w->window->screen(u"compare"_s)->isAncestorOf(QApplication::focusWidget()));
    }

    void escClosesWhatIsOnTopAndNothingElse() {
        m_w->window->showScreen(u"audit"_s);
        m_w->window->messages().showMessage(Tone::Info, u"something happened"_s);
        m_w->press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(m_w->window->layer().isOpen());
        m_w->press(Qt::Key_Escape);
        QVERIFY(m_w->visible<QWidget>("exportSheet") == nullptr);
        QVERIFY(m_w->window->messages().isVisible());
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->messages().isVisible());
    }

    void keysBeneathAScreensSheetAreSilentToo() {
        m_w->window->showScreen(u"audit"_s);
        m_w->press(Qt::Key_E, Qt::ControlModifier);
        m_w->press(Qt::Key_F8);
        m_w->press(Qt::Key_1, Qt::AltModifier);
        QCOMPARE(m_w->window->currentScreen(), u"audit"_s);
        QVERIFY(m_w->visible<QWidget>("exportSheet"));
        QVERIFY(m_w->visible<QWidget>("changeSheet") == nullptr);
    }

    void aSheetOfAScreenIsNotOpenedBeneathAnother() {
        m_w->window->showScreen(u"audit"_s);
        m_w->press(Qt::Key_F8);
        QVERIFY(m_w->visible<QWidget>("changeSheet"));
        m_w->press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(m_w->find<QWidget>("exportSheet") == nullptr);
        QCOMPARE(focused(), u"changeReason"_s);
    }

    void aChangeIsToldOfOnceHoweverItsSheetIsClosed() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(m_w->visible<QPushButton>("changeConfirm")->isEnabled());
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(m_w->visible<QPushButton>("changeConfirm") == nullptr);
        QTRY_VERIFY(m_w->visible<QLabel>("proofText")->text().contains(u"first reply at"_s));
        m_w->visible<QPushButton>("changeCancel")->click();
        QVERIFY(m_w->window->messages().text().contains(u"fell back"_s));
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->messages().isVisible());
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->messages().isVisible());
    }
};

QTEST_MAIN(FocusTest)
#include "focus_test.moc"
