// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QRadioButton>
#include <QTableView>

#include "tests/support/fake_window.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_badge.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class ChangeSheetTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;
    std::string m_eu;
    std::string m_us;

    test::FakeNode& node() { return m_w->console.node(m_eu); }
    QPushButton* confirm() { return m_w->visible<QPushButton>("changeConfirm"); }
    QString text(const char* name) {
        const auto* label = m_w->visible<QLabel>(name);
        return label != nullptr ? label->text() : QString();
    }
    void openSheet(ChangeKind kind, std::optional<VersionNumber> version = {}) {
        m_w->openChange(kind, version);
        QTRY_VERIFY(m_w->visible<QWidget>("changeSheet"));
    }
    // A change that eu-1 does not answer yet.
    void sendUnanswered() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        node().hold();
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(node().held(), std::size_t{1});
    }
    // The same, its sheet closed; and another node.
    void sendOneAndLookAway() {
        m_us = m_w->console.add("us-1");
        QVERIFY(m_w->console.fleet.load().ok());
        m_w->console.fleet.connectTo(m_us);
        sendUnanswered();
        m_w->press(Qt::Key_Escape);
    }

private Q_SLOTS:
    void init() {
        m_w = std::make_unique<test::FakeWindow>();
        m_eu = m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        QTRY_COMPARE(m_w->find<QTableView>("fleetTable")->model()->rowCount(), 2);
    }
    void cleanup() { m_w.reset(); }

    void f8OpensTheSheetAndDoesNothingElse() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        QCOMPARE(confirm()->text(), u"▲  Fall back spam-filter on eu-1 in PRODUCTION"_s);
        QVERIFY(node().executed().empty());
    }

    void returnAloneNeverConfirms() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        auto* sheet = m_w->visible<QWidget>("changeSheet");
        for (QWidget* widget : sheet->findChildren<QWidget*>()) {
            if (widget->isVisible() && widget->isEnabled() && widget->focusPolicy() != Qt::NoFocus) {
                widget->setFocus();
                QTest::keyClick(widget, Qt::Key_Return);
                QTest::keyClick(widget, Qt::Key_Enter);
            }
        }
        QTest::qWait(30);
        QVERIFY(node().executed().empty());
    }

    void controlReturnConfirmsOnceAndShowsTheProof() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("proofText").contains(u"first reply at"_s));
        QCOMPARE(node().executed().size(), std::size_t{1});
        QVERIFY(m_w->visible<StateBadge>("proofNode")->word().contains(u"✓ eu-1"_s));
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTest::qWait(30);
        QCOMPARE(node().executed().size(), std::size_t{1});
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        QVERIFY(m_w->window->messages().text().contains(u"fell back"_s));
    }

    void aHeldKeyDoesNotRepeatIntoTheConfirmation() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        for (int i = 0; i < 5; ++i) {
            QKeyEvent repeated(QEvent::KeyPress, Qt::Key_Return, Qt::ControlModifier, QString(), true);
            QApplication::sendEvent(QApplication::focusWidget(), &repeated);
        }
        QTest::qWait(30);
        QVERIFY(node().executed().empty());
    }

    void escTakesNothingBackAndDoesNothing() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        QTest::qWait(30);
        QVERIFY(node().executed().empty());
    }

    void theRiskyDirectionNeedsAReason() {
        openSheet(ChangeKind::Promote, VersionNumber(2));
        QTRY_VERIFY(text("changeThen").contains(u"v2 serves"_s));
        QVERIFY(!confirm()->isEnabled());
        QVERIFY(text("changeCommand").endsWith(u"--reason REASON"_s));
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTest::qWait(30);
        QVERIFY(node().executed().empty());
        m_w->type(u"ML-311"_s);
        QVERIFY(text("changeCommand").endsWith(u"--reason 'ML-311'"_s));
        QVERIFY(confirm()->isEnabled());
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(node().executed().size(), std::size_t{1});
        QCOMPARE(node().executed()[0].reason, std::string("ML-311"));
    }

    // Not an error: somebody opened the sheet to look where one could go.
    void aRollbackWithNothingBeforeAsksWhereTo() {
        node().edit([](auto& endpoints, auto&) {
            Generation first = endpoints[0].history.back();
            Generation back = first; // went back from the second to the first, so nothing is before that
            back.kind = ChangeKind::Rollback;
            back.restores = first.number;
            back.number = GenerationNumber(endpoints[0].history.front().number.value + 1);
            endpoints[0].history.insert(endpoints[0].history.begin(), back);
            endpoints[0].snapshot.generation = back;
        });
        node().failNext<PlanPreview>({ErrorCode::FailedPrecondition, "has no generation before what it does now"});
        openSheet(ChangeKind::Rollback);
        QTRY_VERIFY(text("changeProblem").startsWith(u"Nothing before what it does now"_s));
        const QLabel* problem = m_w->visible<QLabel>("changeProblem");
        QCOMPARE(problem->palette().color(QPalette::WindowText), QApplication::palette().color(QPalette::WindowText));
        auto* generation = m_w->visible<QComboBox>("changeGeneration");
        QCOMPARE(generation->currentIndex(), -1);
        QCOMPARE(generation->count(), 2); // not those that do what is done already
        QVERIFY(generation->hasFocus());
        QVERIFY(!confirm()->isEnabled());
        m_w->press(Qt::Key_Down);
        QTRY_VERIFY(text("changeProblem").isEmpty() || text("changeProblem").contains(u"needs a reason"_s));
    }

    void aRollbackOutOfFallbackAsksForAReason() {
        node().edit([](auto& endpoints, auto&) {
            Generation fallback = endpoints[0].history.front();
            fallback.number = GenerationNumber(fallback.number.value + 1);
            fallback.deployment.mode = Mode::Fallback;
            endpoints[0].history.insert(endpoints[0].history.begin(), fallback);
            endpoints[0].snapshot.generation = fallback;
        });
        openSheet(ChangeKind::Rollback);
        QTRY_VERIFY(text("changeProblem").contains(u"needs a reason"_s));
        QVERIFY(!confirm()->isEnabled());
        QVERIFY(m_w->visible<QRadioButton>("reasonDrill") == nullptr);
        m_w->visible<QLineEdit>("changeReason")->setText(u"ML-311"_s);
        QTRY_VERIFY(confirm()->isEnabled());
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("proofText").contains(u"first reply at"_s));
    }

    void theGenerationShownIsTheOneThatTheNodeWouldTake() {
        node().edit([](auto& endpoints, auto&) {
            Generation back = endpoints[0].history.at(1);
            back.kind = ChangeKind::Rollback;
            back.restores = back.number;
            back.number = GenerationNumber(4);
            endpoints[0].history.insert(endpoints[0].history.begin(), back);
            endpoints[0].snapshot.generation = back;
        });
        openSheet(ChangeKind::Rollback);
        QTRY_COMPARE(m_w->visible<QComboBox>("changeGeneration")->currentData().toInt(), 1);
    }

    void aLateHistoryOpensNoSheetOfAnotherChange() {
        node().hold();
        ChangeRequest rollback;
        rollback.kind = ChangeKind::Rollback;
        rollback.endpoint = EndpointName("spam-filter");
        m_w->window->openChange(rollback);
        openSheet(ChangeKind::Fallback);
        const QPointer<QWidget> sheet = m_w->visible<QWidget>("changeSheet");
        node().releaseAll();
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        QVERIFY(sheet != nullptr && sheet->isVisible());
    }

    void theSafeDirectionNeedsNone() {
        openSheet(ChangeKind::ShadowStop, VersionNumber(2));
        QTRY_VERIFY(confirm()->isEnabled());
    }

    void choosingAnotherVersionPlansAnew() {
        openSheet(ChangeKind::Promote, VersionNumber(2));
        QTRY_VERIFY(text("changeThen").contains(u"v2 serves"_s));
        auto* version = m_w->visible<QComboBox>("changeVersion");
        version->setFocus();
        QTest::keyClick(version, Qt::Key_Down);
        QTRY_VERIFY(text("changeThen").contains(u"v3 serves"_s));
        QVERIFY(text("changeNotes").contains(u"never production"_s));
        QVERIFY(text("changeTitle").contains(u"v3"_s));
    }

    void aMovedGenerationIsSaidInWordsAndPlannedAgain() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        node().edit([](auto& endpoints, auto&) {
            Generation other = endpoints[0].history.front();
            other.number = GenerationNumber(4);
            endpoints[0].history.insert(endpoints[0].history.begin(), other);
        });
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("changeProblem").contains(u"Generation of spam-filter is now 4"_s));
        QVERIFY(text("changeProblem").contains(u"Nothing has changed."_s));
        QCOMPARE(confirm()->text(), u"Plan again"_s);
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(confirm()->text().contains(u"Fall back spam-filter"_s) && confirm()->isEnabled());
    }

    void oldDataOpensTheSheetWithItsAge() {
        m_w->console.silence(41s);
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(m_w->visible<StateBadge>("changeAge"));
        QVERIFY(m_w->visible<StateBadge>("changeAge")->word().contains(u"41 s"_s));
        QTRY_VERIFY(confirm()->isEnabled()); // still allowed
    }

    void anUnprovenChangeCanBeAskedAboutAgain() {
        sendUnanswered();
        node().failNext<EffectProof>({ErrorCode::DeadlineExceeded, "no reply yet"});
        node().releaseAll();
        QTRY_VERIFY(m_w->visible<QPushButton>("proofRetry"));
        QVERIFY(text("proofText").contains(u"not confirmed"_s));
        m_w->visible<QPushButton>("proofRetry")->click();
        QTRY_VERIFY(text("proofText").contains(u"first reply at"_s));
    }

    void closingWhileItIsSentStillTellsHowItEnded() {
        sendUnanswered();
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        node().releaseAll();
        QTRY_VERIFY(m_w->window->messages().text().contains(u"proven by its first reply"_s));
    }

    void disconnectedWhileItIsSentItSaysSoAndHoldsNothingUp() {
        sendOneAndLookAway();
        m_w->console.fleet.disconnectFrom(m_eu);
        QTRY_VERIFY(m_w->window->messages().text().contains(u"may or may not be in force"_s));
        QVERIFY(m_w->window->messages().text().contains(u"eu-1"_s));
        m_w->console.selection.select(m_us, EndpointName("spam-filter"));
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        QVERIFY(confirm()->text().contains(u"us-1"_s));
    }

    // One node that hangs must not keep anybody from making another one safe.
    void aNodeThatDoesNotAnswerHoldsUpNoOther() {
        sendOneAndLookAway();
        m_w->press(Qt::Key_F8);
        QVERIFY(!m_w->window->layer().isOpen());
        QVERIFY(m_w->window->messages().text().contains(u"Another change is on its way to eu-1"_s));

        m_w->console.selection.select(m_us, EndpointName("spam-filter"));
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        node().failNext<EffectProof>({ErrorCode::DeadlineExceeded, "no reply yet"});
        node().releaseAll(); // while the other sheet is open
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("proofText").contains(u"first reply at"_s));
        m_w->press(Qt::Key_Escape);
        QTRY_VERIFY(m_w->window->messages().text().contains(u"spam-filter on us-1: fell back"_s));
        QVERIFY(m_w->window->messages().text().contains(u"spam-filter on eu-1"_s)); // neither hides the other
        QVERIFY(m_w->window->messages().text().contains(u"not proven yet"_s));
    }

    void whatWasReplacedMeanwhileIsNotCalledInForce() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        node().failNext<EffectProof>({ErrorCode::FailedPrecondition, "generation 4 was replaced by generation 5"});
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("proofText").contains(u"is not any more"_s));
    }

    void whatMayBeInForceIsAskedForAgainAsItWas() {
        openSheet(ChangeKind::Promote, VersionNumber(2));
        QTRY_VERIFY(text("changeThen").contains(u"v2 serves"_s));
        m_w->type(u"ML-311"_s);
        node().loseNext({ErrorCode::Internal, "the answer made no sense"});
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(confirm() != nullptr && confirm()->text() == u"Ask again"_s);
        QVERIFY(text("changeProblem").contains(u"may or may not be in force"_s));
        QVERIFY(!m_w->visible<QComboBox>("changeVersion")->isEnabled());
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(text("proofText").contains(u"first reply at"_s));
        QCOMPARE(node().executed().size(), std::size_t{1});
    }

    // Somebody else was quicker: where the rollback goes is read anew, as the node plans it anew.
    void planningARollbackAgainReadsTheHistoryAgain() {
        openSheet(ChangeKind::Rollback);
        QTRY_VERIFY(confirm() != nullptr && confirm()->isEnabled());
        const int before = m_w->visible<QComboBox>("changeGeneration")->currentData().toInt();
        node().edit([](auto& endpoints, auto&) {
            Generation other = endpoints[0].history.front();
            other.number = GenerationNumber(4);
            other.kind = ChangeKind::Promote;
            other.deployment.production = VersionNumber(3);
            endpoints[0].history.insert(endpoints[0].history.begin(), other);
            endpoints[0].snapshot.generation = other;
        });
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(confirm() != nullptr && confirm()->text() == u"Plan again"_s);
        m_w->press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(confirm() != nullptr && confirm()->text().contains(u"Roll back"_s) && confirm()->isEnabled());
        QTRY_COMPARE(m_w->visible<QComboBox>("changeGeneration")->currentData().toInt(), 3);
        QVERIFY(before != 3);
    }

    void aSlowPlanMayBeMadeWithoutItsDryRun() {
        node().hold();
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY_WITH_TIMEOUT(m_w->visible<QPushButton>("changeSkipDryRun"), 4000);
        m_w->visible<QPushButton>("changeSkipDryRun")->click();
        node().releaseAll();
        QTRY_VERIFY(confirm()->isEnabled());
        QVERIFY(node().planned().back().skipDryRun);
        QVERIFY(text("changeDryRun").contains(u"Skipped"_s));
    }
};

QTEST_MAIN(ChangeSheetTest)
#include "change_sheet_test.moc"
