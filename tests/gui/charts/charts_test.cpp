// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QApplication>
#include <QChart>
#include <QGraphicsLineItem>
#include <QLineSeries>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "ui/widgets/chart_deck.h"
#include "ui/widgets/chart_panel.h"
#include "ui/widgets/chart_thin.h"
#include "ui/widgets/chart_ticks.h"
#include "ui/widgets/chart_view.h"
#include "ui/widgets/tokens.h"

#include <cmath>

using namespace gnomon::ui;
using namespace Qt::StringLiterals;

namespace {

QStringList labels(const QList<ChartTick>& ticks) {
    QStringList list;
    for (const ChartTick& tick : ticks) {
        list.append(tick.label);
    }
    return list;
}

double at(const QTimeZone& zone, int day, int hour, int minute = 0) {
    return static_cast<double>(QDateTime(QDate(2025, 3, day), QTime(hour, minute), zone).toMSecsSinceEpoch());
}

ChartData ramp(int points) {
    ChartData chart;
    ChartLine line;
    line.name = u"ramp"_s;
    chart.columns = {u"x"_s, u"y"_s};
    for (int i = 0; i < points; ++i) {
        line.points.append({double(i), double(i) / 10});
        chart.rows.append({double(i), double(i) / 10, {QString::number(i), QString::number(i / 10.0)}});
    }
    chart.lines = {line};
    chart.x.selectable = true;
    chart.summary = u"It rises."_s;
    return chart;
}

// Whether the x axis is drawn at the plot's lower edge and as wide as it.
bool axisIsAtThePlot(const ChartView& view) {
    const QRectF plot = view.chart()->plotArea();
    const auto items = view.scene()->items();
    return std::any_of(items.begin(), items.end(), [&](const QGraphicsItem* item) {
        const auto* line = dynamic_cast<const QGraphicsLineItem*>(item);
        return line != nullptr && std::abs(line->line().y1() - plot.bottom()) < 1 &&
               std::abs(line->line().length() - plot.width()) < 2;
    });
}

} // namespace

class ChartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void timeMarksAreRound() {
        const QTimeZone utc = QTimeZone::utc();
        QCOMPARE(labels(timeTicks(at(utc, 9, 0, 2), at(utc, 9, 1, 3), 7, utc)),
                 QStringList({u"00:10"_s, u"00:20"_s, u"00:30"_s, u"00:40"_s, u"00:50"_s, u"01:00"_s}));
    }

    void timeMarksFollowTheZoneAcrossDaylightSaving() {
        const QTimeZone york("America/New_York"); // 2025-03-09: 02:00 does not exist
        const QList<ChartTick> ticks = timeTicks(at(york, 9, 0), at(york, 9, 6), 6, york);
        QCOMPARE(labels(ticks), QStringList({u"00:00"_s, u"01:00"_s, u"03:00"_s, u"04:00"_s, u"05:00"_s, u"06:00"_s}));
        for (qsizetype i = 1; i < ticks.size(); ++i) {
            QCOMPARE(ticks[i].at - ticks[i - 1].at, 3600e3); // an hour is an hour
        }
    }

    void newDayIsNamed() {
        const QTimeZone utc = QTimeZone::utc();
        QCOMPARE(labels(timeTicks(at(utc, 9, 18), at(utc, 10, 12), 4, utc)),
                 QStringList({u"18:00"_s, u"10 Mar"_s, u"06:00"_s, u"12:00"_s}));
    }

    void numbersKeepTheDigitsThatTellMarksApart() {
        QCOMPARE(labels(numberTicks(0.994, 1.0, 3, ChartUnit::Percent)),
                 QStringList({u"99.4 %"_s, u"99.6 %"_s, u"99.8 %"_s, u"100.0 %"_s}));
        QCOMPARE(labels(numberTicks(-0.04, 0.04, 4, ChartUnit::SignedNumber)),
                 QStringList({u"−0.04"_s, u"−0.02"_s, u"0.00"_s, u"+0.02"_s, u"+0.04"_s}));
    }

    void logarithmicMarksAreOneTwoFive() {
        QCOMPARE(labels(logTicks(0.0004, 0.012, 6, ChartUnit::Seconds)),
                 QStringList({u"500 µs"_s, u"1 ms"_s, u"2 ms"_s, u"5 ms"_s, u"10 ms"_s}));
    }

    void marksOfNothingAreNone() {
        QVERIFY(timeTicks(5, 5, 6, QTimeZone::utc()).isEmpty());
        QVERIFY(numberTicks(2, 1, 6, ChartUnit::Number).isEmpty());
        QVERIFY(logTicks(0, 1, 6, ChartUnit::Seconds).isEmpty());
    }

    void longLinesAreThinnedButKeepTheirExtremes() {
        QList<QPointF> points;
        for (int i = 0; i < 100'000; ++i) {
            points.append({double(i), std::sin(i * 0.001)});
        }
        points[51'234].setY(7);
        points[51'300].setY(std::nan(""));
        const QList<QPointF> thin = thinLine(points);
        QVERIFY(thin.size() <= kMaxLinePoints);
        QCOMPARE(thin.front(), points.front());
        QCOMPARE(thin.back(), points.back());
        QVERIFY(std::any_of(thin.begin(), thin.end(), [](const QPointF& p) { return p.y() == 7; }));
        QVERIFY(std::is_sorted(thin.begin(), thin.end(), [](const auto& a, const auto& b) { return a.x() < b.x(); }));
        QVERIFY(std::none_of(thin.begin(), thin.end(), [](const QPointF& p) { return std::isnan(p.y()); }));
    }

    void thinnedBandIsNeverNarrower() {
        ChartBand band;
        for (int i = 0; i < 5000; ++i) {
            band.lower.append({double(i), -1.0 - (i == 2500)});
            band.upper.append({double(i), 1.0 + (i == 2501)});
        }
        const ChartBand thin = thinBand(band);
        QVERIFY(thin.lower.size() <= kMaxBandPoints);
        QCOMPARE(thin.lower.size(), thin.upper.size());
        QVERIFY(std::any_of(thin.lower.begin(), thin.lower.end(), [](const QPointF& p) { return p.y() == -2; }));
        QVERIFY(std::any_of(thin.upper.begin(), thin.upper.end(), [](const QPointF& p) { return p.y() == 2; }));
        QCOMPARE(thin.lower.back().x(), 4999.0);
    }

    void seriesAreReplacedNotRebuilt() {
        ChartView view;
        view.resize(600, 300);
        view.setData(ramp(50));
        const QList<QAbstractSeries*> before = view.chart()->series();
        view.setData(ramp(80));
        QCOMPARE(view.chart()->series(), before);
        QCOMPARE(qobject_cast<QLineSeries*>(before.front())->count(), 80);
        QVERIFY(!before.front()->useOpenGL());
    }

    void axisMovesWithThePlot() {
        ChartView view;
        view.resize(400, 200);
        view.setData(ramp(10));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(axisIsAtThePlot(view));
        for (const QSize& size : {QSize(400, 170), QSize(400, 260), QSize(600, 190)}) {
            view.resize(size);
            QCoreApplication::processEvents();
            QVERIFY(axisIsAtThePlot(view));
        }
    }

    void coloursFollowTheThemeLive() {
        ChartView view;
        view.resize(400, 200);
        view.setPalette(paletteFor(gnomon::theme::kLight));
        view.setData(ramp(10));
        const auto colour = [&] { return qobject_cast<QLineSeries*>(view.chart()->series().front())->pen().color(); };
        QCOMPARE(colour(), colorOf(gnomon::theme::kLight.production));
        view.setPalette(paletteFor(gnomon::theme::kDark));
        QCOMPARE(colour(), colorOf(gnomon::theme::kDark.production));
    }

    void penIsOneCosmeticPixel() {
        ChartView view;
        view.setData(ramp(10));
        const QPen pen = qobject_cast<QLineSeries*>(view.chart()->series().front())->pen();
        QCOMPARE(pen.widthF(), 1.0);
        QVERIFY(pen.isCosmetic());
    }

    void arrowsMoveTheCursorAndSpeakTheValue() {
        ChartView view;
        view.resize(600, 300);
        view.setData(ramp(10));
        view.setAccessibleName(u"Ramp"_s);
        view.show();
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&view);
        QVERIFY(spoken != nullptr);
        QCOMPARE(spoken->role(), QAccessible::Chart);
        QCOMPARE(spoken->text(QAccessible::Name), u"Ramp"_s);
        QCOMPARE(spoken->text(QAccessible::Description), u"It rises."_s);
        QTest::keyClick(&view, Qt::Key_Home);
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.cursorRow(), 2);
        QCOMPARE(spoken->text(QAccessible::Value), u"x 2, y 0.2"_s);
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.cursorRow(), 9);
        QTest::keyClick(&view, Qt::Key_Escape);
        QCOMPARE(view.cursorRow(), -1);
    }

    void enterTakesTheRowOrTheStretch() {
        ChartView view;
        view.resize(600, 300);
        view.setData(ramp(10));
        QSignalSpy rows(&view, &ChartView::rowActivated);
        QSignalSpy ranges(&view, &ChartView::rangeSelected);
        QTest::keyClick(&view, Qt::Key_Home);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(rows.count(), 1);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&view, Qt::Key_Return);
        QCOMPARE(ranges.count(), 1);
        QCOMPARE(ranges[0][0].toDouble(), 0.0);
        QCOMPARE(ranges[0][1].toDouble(), 2.0);
        QCOMPARE(rows.count(), 1);
    }

    void dragSelectsAStretchAndAClickDoesNot() {
        ChartView view;
        view.resize(600, 300);
        view.setData(ramp(101));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QSignalSpy ranges(&view, &ChartView::rangeSelected);
        const QRectF plot = view.chart()->plotArea();
        const auto point = [&](double share) {
            return view.mapFromScene(QPointF(plot.left() + share * plot.width(), plot.center().y()));
        };
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, point(0.5));
        QCOMPARE(ranges.count(), 0);
        QCOMPARE(view.cursorRow(), 50);
        QTest::mousePress(view.viewport(), Qt::LeftButton, {}, point(0.25));
        QTest::mouseMove(view.viewport(), point(0.5));
        QTest::mouseRelease(view.viewport(), Qt::LeftButton, {}, point(0.75));
        QCOMPARE(ranges.count(), 1);
        QVERIFY(ranges[0][0].toDouble() < ranges[0][1].toDouble());
        QVERIFY(std::abs(ranges[0][0].toDouble() - 25) < 1);
    }

    void cursorStaysInPlaceWhenRowsAreAdded() {
        ChartView view;
        view.setData(ramp(10));
        view.setCursorRow(4);
        ChartData longer = ramp(20);
        longer.rows.removeFirst();
        view.setData(longer);
        QCOMPARE(view.content().rows[view.cursorRow()].x, 4.0);
    }

    void tableTwinHasTheSameNumbers() {
        ChartPanel panel(u"rampChart"_s, u"Ramp"_s);
        panel.resize(600, 300);
        panel.setData(ramp(10));
        panel.show();
        auto* table = panel.findChild<QTableView*>(u"rampChart.table"_s);
        const QAbstractItemModelTester tester(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        panel.view()->setFocus();
        panel.setTableShown(true);
        QVERIFY(table->isVisible());
        QCOMPARE(table->model()->rowCount(), 10);
        QCOMPARE(table->model()->index(3, 1).data().toString(), u"0.3"_s);
        panel.setData(ramp(12));
        QCOMPARE(table->model()->rowCount(), 12);
        panel.setTableShown(false);
        QVERIFY(panel.view()->isVisible());
    }

    void twinOpensByKey() {
        ChartPanel panel(u"rampChart"_s, u"Ramp"_s);
        panel.setData(ramp(10));
        panel.show();
        panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&panel));
        panel.view()->setFocus();
        QTest::keyClick(panel.view(), Qt::Key_T, Qt::AltModifier);
        QVERIFY(panel.tableShown());
        QVERIFY(panel.focusWidget()->objectName() == u"rampChart.table"_s);
        QTest::keyClick(panel.focusWidget(), Qt::Key_T, Qt::AltModifier);
        QVERIFY(!panel.tableShown());
    }

    void panesBecomeTabsWhereSpaceIsShort() {
        ChartDeck deck;
        auto* first = new QWidget;
        auto* second = new QWidget;
        second->setFocusPolicy(Qt::StrongFocus);
        deck.add(first, u"first"_s);
        deck.add(second, u"second"_s);
        deck.resize(2000, 200);
        deck.show();
        QVERIFY(!deck.tabbed());
        QVERIFY(first->isVisible() && second->isVisible());
        deck.resize(300, 200);
        QVERIFY(deck.tabbed());
        QVERIFY(first->isVisible() && !second->isVisible());
        deck.raisePane(second);
        QVERIFY(!first->isVisible() && second->isVisible());
    }

    void emptyChartSaysWhy() {
        ChartView view;
        view.resize(300, 200);
        ChartData chart;
        chart.note = u"No pairs yet"_s;
        view.setData(chart);
        view.show();
        QVERIFY(!view.grab().isNull());
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(view.cursorRow(), -1);
    }
};

QTEST_MAIN(ChartsTest)
#include "charts_test.moc"
