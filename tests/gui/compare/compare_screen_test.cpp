// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/gui/compare/compare_case.h"
#include "ui/models/exchange_model.h"
#include "ui/models/exchange_words.h"
#include "ui/views/compare/compare_screen.h"
#include "ui/views/compare/request_pane.h"
#include "ui/widgets/chart_view.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_pane.h"

#include <numeric>

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class CompareScreenTest : public CompareCase {
    Q_OBJECT

private Q_SLOTS:
    void init() { make(); }
    void cleanup() { end(); }

    void verdictSaysWhichVersionToKeepAndWhy() {
        openLive();
        QCOMPARE(text(u"verdictWord"_s), u"Different"_s);
        QTRY_VERIFY(text(u"verdictAction"_s).startsWith(u"Keep v1 until"_s));
        QVERIFY(text(u"verdictGrounds"_s).contains(u"v1 has served for"_s));
        QVERIFY(text(u"verdictBecause"_s).contains(u"decides differently"_s));
        QVERIFY(text(u"verdictBecause"_s).contains(u"slower"_s));
        QVERIFY(text(u"verdictBasis"_s).contains(u"however often you look"_s));
        QVERIFY(find<QWidget>(u"compareFacts"_s)->accessibleDescription().contains(u"Coverage"_s));
    }

    // The same address, name and generation number; everything else is another node's.
    void anotherNodeAtTheAddressIsComparedAnew() {
        openLive();
        QTRY_VERIFY(text(u"verdictGrounds"_s).contains(u"v1 has served for"_s));
        const QString before = text(u"verdictGrounds"_s);
        m_console->node->edit([](auto& endpoints, auto&) {
            for (Generation& generation : endpoints[0].history) {
                generation.time -= std::chrono::hours(24 * 30);
            }
        });
        m_console->node->hold();
        port::LinkStatus other;
        other.state = port::LinkState::Live;
        other.replaced = true;
        m_console->node->setLink(other);
        QTRY_VERIFY(!m_screen->comparison().has_value());
        QVERIFY(pane()->state() != StatePane::State::Live);
        m_console->node->push();
        m_console->node->releaseAll();
        QTRY_VERIFY(m_screen->comparison().has_value());
        QTRY_VERIFY(text(u"verdictGrounds"_s).contains(u"v1 has served for"_s) && text(u"verdictGrounds"_s) != before);
    }

    void equivalentVersionsMayEitherServe() {
        m_console->selection.select(m_console->selection.profile(), EndpointName("credit-approval"));
        openLive();
        QTRY_COMPARE(text(u"verdictAction"_s), u"Either may serve, so v1 can stay."_s);
    }

    // v1 served for days; a few seconds ago v3 was put in its place, and the shadow disagrees with it.
    void promoteNewcomer() {
        m_console->node->edit([this](auto& endpoints, auto&) {
            test::FakeEndpoint& endpoint = endpoints[0];
            Generation promoted = endpoint.history.front();
            promoted.number = GenerationNumber(4);
            promoted.kind = ChangeKind::Promote;
            promoted.deployment.production = VersionNumber(3);
            promoted.time = m_console->clock.wallNow() - 20s;
            promoted.reason = "monthly retraining";
            endpoint.history.insert(endpoint.history.begin(), promoted);
            endpoint.snapshot.generation = promoted;
            endpoint.comparison->production = VersionNumber(3);
            endpoint.comparison->agreement = 0.6;
            endpoint.comparison->agreementInterval = {0.55, 0.65};
            endpoint.snapshot.comparison = test::fakeSummary(*endpoint.comparison);
        });
        m_console->node->push();
        QTRY_COMPARE(m_console->session().endpoint(EndpointName("spam-filter"))->generation.number,
                     GenerationNumber(4));
    }

    void newcomerIsSentBackByOneButton() {
        promoteNewcomer();
        openLive();
        QTRY_VERIFY(text(u"verdictGrounds"_s).contains(u"Before, v1 and v2 differed in"_s));
        QVERIFY(text(u"verdictAction"_s).startsWith(u"Roll back to v1"_s));
        QVERIFY(text(u"verdictGrounds"_s).contains(u"v3 is the newcomer: promoted 20 s ago by grace"_s));
        QSignalSpy asked(m_screen.get(), &Screen::changeRequested);
        auto* back = find<QPushButton>(u"verdictRollBack"_s);
        QCOMPARE(back->text(), u"Roll back to v1…"_s);
        key(back, Qt::Key_Space);
        QCOMPARE(asked.count(), 1);
        const auto request = asked[0][0].value<ChangeRequest>();
        QCOMPARE(request.kind, ChangeKind::Rollback);
        QCOMPARE(request.toGeneration.value(), GenerationNumber(3));
        QVERIFY(m_console->node->executed().empty());
    }

    void keepWatchingSilencesTheCallUntilTheVerdictChanges() {
        promoteNewcomer();
        openLive();
        auto* watch = find<QPushButton>(u"keepWatching"_s);
        QTRY_VERIFY(find<QPushButton>(u"verdictRollBack"_s)->isVisible());
        key(watch, Qt::Key_Space);
        QCOMPARE(text(u"verdictAction"_s), u"You keep watching."_s);
        QVERIFY(!find<QPushButton>(u"verdictRollBack"_s)->isVisible());
        QCOMPARE(text(u"verdictWord"_s), u"Different"_s); // what was found is still said
        m_console->selection.select(m_console->selection.profile(), EndpointName("credit-approval"));
        QTRY_COMPARE(text(u"verdictAction"_s), u"Either may serve, so v1 can stay."_s);
        QVERIFY(!watch->isVisible()); // nothing is asked for
        m_console->selection.select(m_console->selection.profile(), EndpointName("spam-filter"));
        QTRY_COMPARE(text(u"verdictAction"_s), u"You keep watching."_s);
        m_console->node->edit([](auto& endpoints, auto&) { endpoints[0].comparison->verdict = Verdict::Conflicting; });
        m_screen->refresh();
        QTRY_VERIFY(text(u"verdictAction"_s).startsWith(u"Roll back to v1"_s));
        QVERIFY(!watch->isChecked());
    }

    void readOnlyHidesWhatChangesTheNode() {
        auto profile = m_console->fleet.profiles().front();
        profile.readOnly = true;
        QVERIFY(m_console->fleet.saveProfile(profile).ok());
        QVERIFY(m_console->live());
        openLive();
        for (const QString& name : {u"compareFallback"_s, u"newExperiment"_s, u"verdictRollBack"_s}) {
            QVERIFY2(!find<QPushButton>(name)->isVisible(), qPrintable(name));
        }
        QVERIFY(find<QPushButton>(u"topRequests"_s)->isVisible());
    }

    void everyChartHasSomethingToShow() {
        openLive();
        for (const QString& name : {u"agreementChart"_s, u"latencyChart"_s, u"scoreChart"_s, u"differenceChart"_s}) {
            const auto* view = find<ChartView>(name + u".view"_s);
            QVERIFY2(!view->content().rows.isEmpty(), qPrintable(name));
            QVERIFY2(!view->accessibleName().isEmpty(), qPrintable(name));
            QVERIFY2(!view->accessibleDescription().isEmpty(), qPrintable(name));
        }
        const ChartData& agreement = find<ChartView>(u"agreementChart.view"_s)->content();
        QCOMPARE(agreement.bands.size(), 1);
        QCOMPARE(agreement.levels.size(), 1);
        QVERIFY(agreement.note.contains(u"axis starts at"_s));
        QVERIFY(agreement.y.low.value() > 0.5); // a sensible floor
    }

    void bucketThatHasJustBegunDoesNotMoveTheAxis() {
        m_console->node->edit([](auto& endpoints, auto&) {
            TimeBucket begun = endpoints[0].comparison->buckets.back();
            begun.start += begun.length;
            begun.coverage = {1, 1, 1, 0, 0, 0, 0, 0};
            begun.agreeing = 0; // the one pair there is differs
            endpoints[0].comparison->buckets.push_back(begun);
        });
        openLive();
        const ChartData& chart = find<ChartView>(u"agreementChart.view"_s)->content();
        QVERIFY(chart.y.low.value() > 0.5);
        QCOMPARE(chart.lines[0].points.size(), 60); // per bucket
        QCOMPARE(chart.lines[1].points.size(), 61); // so far
    }

    void stripShowsWherePairsWereLost() {
        openLive();
        const ChartData& chart = find<ChartView>(u"agreementChart.view"_s)->content();
        QCOMPARE(chart.strip.steps.size(), 60);
        const auto lossOf = [&](int step) {
            return std::accumulate(chart.strip.steps[step].shares.begin(), chart.strip.steps[step].shares.end(), 0.0);
        };
        QCOMPARE(lossOf(0), 0.0);
        QVERIFY(lossOf(26) > 0.04 && lossOf(26) < 0.06);
        QVERIFY(lossOf(28) > lossOf(26)); // late ones too
        QCOMPARE(chart.rows[0].cells.last(), u"none"_s);
        QVERIFY(chart.rows[28].cells.last().contains(u"dropped"_s));
        const QString legend = find<QWidget>(u"agreementChart.legend"_s)->accessibleDescription();
        QVERIFY2(legend.contains(u"late"_s) && !legend.contains(u"failed"_s), qPrintable(legend));
    }

    void cellDrillsIntoItsRequests() {
        openLive();
        auto* matrix = find<QTableView>(u"transitionMatrix"_s);
        matrix->setCurrentIndex(matrix->model()->index(0, 1)); // ham -> spam
        key(matrix, Qt::Key_Return);
        QVERIFY(waitForRequests());
        QVERIFY(requests()->model()->rowCount() > 0);
        for (int row = 0; row < requests()->model()->rowCount(); ++row) {
            QCOMPARE(productionLeg(request(row))->decision, std::string("ham"));
            QCOMPARE(shadowLeg(request(row))->decision, std::string("spam"));
        }
        QVERIFY(find<QPushButton>(u"requestChips.decisions"_s)->text().contains(u"ham → spam"_s));
    }

    void backspaceTakesTheNewestFilterOff() {
        openLive();
        const int all = requests()->model()->rowCount();
        auto* matrix = find<QTableView>(u"transitionMatrix"_s);
        matrix->setCurrentIndex(matrix->model()->index(1, 0));
        key(matrix, Qt::Key_Return);
        QTRY_VERIFY(requests()->model()->rowCount() < all);
        key(requests(), Qt::Key_Backspace);
        QTRY_COMPARE(requests()->model()->rowCount(), all);
        QTRY_VERIFY(m_screen->findChild<QPushButton*>(u"requestChips.decisions"_s) == nullptr);
    }

    void stretchOfTheChartBecomesATimeFilter() {
        openLive();
        auto* chart = find<ChartView>(u"agreementChart.view"_s);
        key(chart, Qt::Key_End);
        key(chart, Qt::Key_Left, Qt::ShiftModifier);
        key(chart, Qt::Key_Left, Qt::ShiftModifier);
        key(chart, Qt::Key_Return);
        QVERIFY(waitForRequests());
        QTRY_VERIFY(find<QPushButton>(u"requestChips.time"_s)->isVisible());
        QVERIFY(chart->selection().has_value());
        for (int row = 0; row < requests()->model()->rowCount(); ++row) {
            QVERIFY(request(row).time >= m_console->clock.wallNow() - 2min);
        }
        QTest::mouseClick(find<QPushButton>(u"requestChips.time"_s), Qt::LeftButton);
        QVERIFY(!chart->selection().has_value());
    }

    void bucketDrillsIntoItsMinute() {
        openLive();
        auto* chart = find<ChartView>(u"agreementChart.view"_s);
        key(chart, Qt::Key_End);
        key(chart, Qt::Key_Return);
        QTRY_VERIFY(chart->selection().has_value());
        QCOMPARE(chart->selection()->length(), 60e3);
        QVERIFY(waitForRequests());
        QTRY_VERIFY(requests()->model()->rowCount() > 0);
        QVERIFY(requests()->model()->rowCount() < 100);
    }

    void pairOpensWithEnterAndMarksWhatDiffers() {
        openLive();
        requests()->selectRow(2);
        key(requests(), Qt::Key_Return);
        auto* pair = find<QTableView>(u"pairTable"_s);
        QTRY_VERIFY(pair->model()->rowCount() > 4);
        QVERIFY(pair->hasFocus());
        QCOMPARE(text(u"pairTitle"_s), u"Request "_s + QString::fromStdString(request(2).requestId));
        key(pair, Qt::Key_Backspace);
        QVERIFY(requests()->hasFocus());
    }

    void pairFollowsTheCursor() {
        openLive();
        requests()->selectRow(0);
        key(requests(), Qt::Key_Down);
        QTRY_COMPARE(text(u"pairTitle"_s), u"Request "_s + QString::fromStdString(request(1).requestId));
    }

    void withheldPayloadSaysWhy() {
        m_console->node->withheld = "payloads of this endpoint are not kept";
        openLive();
        QTRY_VERIFY(text(u"pairWithheld"_s).contains(u"payloads of this endpoint are not kept"_s));
        QVERIFY(find<QTableView>(u"pairTable"_s)->model()->rowCount() > 0); // the decisions are there all the same
    }

    void f4ShowsTheMostDisagreeing() {
        openLive();
        find<QComboBox>(u"requestOrder"_s)->setCurrentIndex(1);
        QVERIFY(waitForRequests());
        key(find<ChartView>(u"latencyChart.view"_s), Qt::Key_F4);
        QVERIFY(waitForRequests());
        QTRY_COMPARE(requests()->currentIndex().row(), 0);
        QVERIFY(requests()->hasFocus());
        QVERIFY(scoreGap(request(0)).value() >= scoreGap(request(1)).value());
    }

    void moreRequestsComeAtTheEndOfTheList() {
        openLive();
        QCOMPARE(requests()->model()->rowCount(), 100);
        requests()->scrollToBottom();
        QTRY_VERIFY(requests()->model()->rowCount() > 100);
    }

    void digitsMoveBetweenPanes() {
        openLive();
        key(requests(), Qt::Key_1);
        QVERIFY(find<ChartView>(u"agreementChart.view"_s)->hasFocus());
        key(find<ChartView>(u"agreementChart.view"_s), Qt::Key_2);
        QVERIFY(find<QTableView>(u"transitionMatrix"_s)->hasFocus());
        key(find<QTableView>(u"transitionMatrix"_s), Qt::Key_4);
        QVERIFY(find<ChartView>(u"scoreChart.view"_s)->hasFocus());
        key(find<ChartView>(u"scoreChart.view"_s), Qt::Key_6);
        QVERIFY(requests()->hasFocus());
    }

    void fallingBackIsAskedForAndNotDone() {
        openLive();
        QSignalSpy asked(m_screen.get(), &Screen::changeRequested);
        QTest::mouseClick(find<QPushButton>(u"compareFallback"_s), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].value<ChangeRequest>().kind, ChangeKind::Fallback);
        QVERIFY(m_console->node->executed().empty());
    }

    void newExperimentNeedsAReasonAndCtrlEnter() {
        openLive();
        QTest::mouseClick(find<QPushButton>(u"newExperiment"_s), Qt::LeftButton);
        auto* reason = find<QLineEdit>(u"experimentReason"_s);
        QVERIFY(!find<QPushButton>(u"experimentStart"_s)->isEnabled());
        key(reason, Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(reason->isVisible());
        QTest::keyClicks(reason, u"features changed"_s);
        key(reason, Qt::Key_Return);
        QCOMPARE(text(u"verdictWord"_s), u"Different"_s);
        key(reason, Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(text(u"verdictWord"_s), u"Cannot tell yet"_s);
        QVERIFY(text(u"verdictBecause"_s).contains(u"No request has been answered by both"_s));
    }

    void experimentSheetGoesWithWhatItSpeaksOf() {
        openLive();
        QTest::mouseClick(find<QPushButton>(u"newExperiment"_s), Qt::LeftButton);
        const OverlayLayer& layer = OverlayLayer::of(*m_screen);
        QVERIFY(layer.isOpen());
        m_console->selection.select(m_console->selection.profile(), EndpointName("credit-approval"));
        QVERIFY(!layer.isOpen());
        QTRY_VERIFY(m_screen->comparison().has_value());
        QTest::mouseClick(find<QPushButton>(u"newExperiment"_s), Qt::LeftButton);
        QVERIFY(layer.isOpen());
        m_console->fleet.disconnectFrom(m_console->selection.profile());
        QVERIFY(!layer.isOpen());
        QCOMPARE(pane()->state(), StatePane::State::Empty);
    }

    void experimentThatWasStartedBeforeIsNotShownForAnotherEndpoint() {
        openLive();
        QTest::mouseClick(find<QPushButton>(u"newExperiment"_s), Qt::LeftButton);
        QTest::keyClicks(find<QLineEdit>(u"experimentReason"_s), u"features changed"_s);
        QSignalSpy told(m_screen.get(), &Screen::messageRaised);
        m_console->node->hold();
        key(find<QLineEdit>(u"experimentReason"_s), Qt::Key_Return, Qt::ControlModifier);
        m_console->selection.select(m_console->selection.profile(), EndpointName("credit-approval"));
        m_console->node->releaseAll();
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(told[0][0].value<Message>().text.contains(u"spam-filter"_s));
        QTRY_VERIFY(m_screen->comparison().has_value());
        QCOMPARE(m_screen->comparison()->endpoint, EndpointName("credit-approval"));
    }

    void nothingIsAskedForWhileNobodyLooks() {
        m_console->node->hold();
        m_screen = std::make_unique<CompareScreen>(m_console->context);
        m_console->node->push();
        QSignalSpy updated(&m_console->session(), &NodeSession::updated);
        QTRY_VERIFY(updated.count() > 0);
        QCOMPARE(m_console->node->held(), 0U);
        m_screen->show();
        QTRY_COMPARE(m_console->node->held(), 1U);
    }

    void filtersDoNotSurviveAChangeOfNode() {
        openLive();
        port::ConnectionProfile other = m_console->store.stored.front();
        other.id = test::fakeId("profile of another");
        other.name = "another";
        QVERIFY(m_console->fleet.saveProfile(other).ok());
        m_console->fleet.connectTo(other.id);
        auto* pane = find<RequestPane>(u"requestPane"_s);
        pane->filterDecisions(u"spam"_s, u"ham"_s);
        pane->filterTime(WallTime(1s), WallTime(2s));
        m_console->selection.select(other.id, EndpointName("spam-filter"));
        QTRY_VERIFY(m_screen->comparison().has_value());
        QVERIFY(!pane->filter().productionDecision.has_value());
        QVERIFY(!pane->filter().from.has_value());
        QVERIFY(!pane->removeLastFilter());
    }

    void whyOpensTheRule() {
        openLive();
        QTest::mouseClick(find<QPushButton>(u"verdictWhy"_s), Qt::LeftButton);
        QVERIFY(find<QWidget>(u"whySheet"_s)->isVisible());
        QVERIFY(find<QWidget>(u"whyText"_s)->hasFocus()); // to be scrolled
        QTest::mouseClick(find<QPushButton>(u"whyClose"_s), Qt::LeftButton);
        QVERIFY(!OverlayLayer::of(*m_screen).isOpen());
    }

    void deniedSaysSo() {
        m_console->node->failNext<Comparison>({ErrorCode::PermissionDenied, "needs view"});
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Denied);
    }

    void failureIsOfThePaneAndCanBeRetried() {
        m_console->node->failNext<Comparison>({ErrorCode::Internal, "sketches do not match", "update the node"});
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Error);
        QVERIFY(pane()->stateText().contains(u"ketches do not match"_s));
        m_screen->refresh();
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
    }

    void silentNodeMakesTheVerdictStale() {
        openLive();
        m_console->clock.advance(41s);
        QTRY_COMPARE(pane()->state(), StatePane::State::Stale);
        QVERIFY(text(u"verdictWord"_s).contains(u"as of 12:00:00 UTC"_s));
        QVERIFY(pane()->stateText().contains(u"41 s ago"_s));
        m_console->node->push();
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
        QCOMPARE(text(u"verdictWord"_s), u"Different"_s);
    }

    void otherEndpointNeverShowsTheOldComparison() {
        openLive();
        m_console->node->hold();
        m_console->selection.select(m_console->selection.profile(), EndpointName("credit-approval"));
        QTRY_VERIFY(!m_screen->comparison().has_value());
        QVERIFY(pane()->state() != StatePane::State::Live);
        m_console->node->releaseAll();
        QTRY_VERIFY(m_screen->comparison().has_value());
        QCOMPARE(m_screen->comparison()->endpoint, EndpointName("credit-approval"));
        QTRY_COMPARE(pane()->state(), StatePane::State::Live);
    }

    void everyControlHasAName() {
        openLive();
        for (const QPushButton* button : m_screen->findChildren<QPushButton*>()) {
            QVERIFY(!button->objectName().isEmpty() || !button->isVisible());
            QVERIFY(!button->text().isEmpty() || !button->accessibleName().isEmpty() || !button->isVisible());
        }
        for (const QTableView* table : m_screen->findChildren<QTableView*>()) {
            QVERIFY2(!table->accessibleName().isEmpty(), qPrintable(table->objectName()));
        }
    }
};

QTEST_MAIN(CompareScreenTest)
#include "compare_screen_test.moc"
