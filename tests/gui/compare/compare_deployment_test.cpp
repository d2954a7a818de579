// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>

#include "tests/gui/compare/compare_case.h"
#include "ui/widgets/chart_view.h"

#include <algorithm>
#include <functional>

using namespace gnomon;
using namespace gnomon::ui;
using namespace Qt::StringLiterals;

// What Compare says of a deployment that is not the plain one, and in little room.
class CompareDeploymentTest : public CompareCase {
    Q_OBJECT

private:
    const Deployment& deployment() {
        return m_console->session().endpoint(EndpointName("spam-filter"))->generation.deployment;
    }
    void setDeployment(const std::function<void(Deployment&)>& edit) {
        m_console->node->edit([&](auto& endpoints, auto&) { edit(endpoints[0].snapshot.generation.deployment); });
        m_console->node->push();
    }

private Q_SLOTS:
    void init() { make(); }
    void cleanup() { end(); }

    void withoutAShadowThereIsNothingToCompare() {
        m_console->node->edit([](auto& endpoints, auto&) {
            endpoints[0].comparison.reset();
            endpoints[0].snapshot.generation.deployment.shadows.clear();
        });
        m_console->node->push();
        QTRY_VERIFY(deployment().shadows.empty());
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Empty);
        QVERIFY(pane()->stateText().contains(u"No shadow is configured"_s));
    }

    void shadowWithoutTrafficIsNotTakenForNone() {
        m_console->node->edit([](auto& endpoints, auto&) { endpoints[0].comparison.reset(); });
        open();
        QTRY_COMPARE(pane()->state(), StatePane::State::Empty);
        QVERIFY(pane()->stateText().contains(u"Shadow v2 of spam-filter runs, but no request was mirrored"_s));
        QVERIFY(!pane()->stateText().contains(u"No shadow"_s));
    }

    // A second shadow is not compared; whoever started it is told so, and how to have it compared.
    void shadowThatIsNotComparedIsNamed() {
        openLive();
        auto* stop = find<QPushButton>(u"verdictStopShadow"_s);
        QVERIFY(!stop->isVisible());
        QVERIFY(!find<QLabel>(u"verdictOthers"_s)->isVisible());
        setDeployment([](Deployment& now) { now.shadows.push_back({VersionNumber(3), 100}); });
        QTRY_VERIFY(stop->isVisible());
        QCOMPARE(text(u"verdictOthers"_s), u"v3 also runs as a shadow; it is not compared until v2 is stopped."_s);
        QCOMPARE(stop->text(), u"Stop shadow v2…"_s);
        QSignalSpy asked(m_screen.get(), &Screen::changeRequested);
        key(stop, Qt::Key_Space);
        QCOMPARE(asked.count(), 1);
        const auto request = asked[0][0].value<ChangeRequest>();
        QCOMPARE(request.kind, ChangeKind::ShadowStop);
        QCOMPARE(request.version.value(), VersionNumber(2));
        setDeployment([](Deployment& now) { now.shadows = {{VersionNumber(3), 100}}; });
        QTRY_VERIFY(!stop->isVisible());
        QVERIFY(text(u"verdictOthers"_s).startsWith(u"What is shown has ended: v3 is the shadow now"_s));
    }

    void inFallbackTheWayOutIsOffered() {
        openLive();
        auto* button = find<QPushButton>(u"compareFallback"_s);
        QVERIFY(button->text().contains(u"F8"_s));
        setDeployment([](Deployment& now) { now.mode = Mode::Fallback; });
        QTRY_COMPARE(button->text(), u"Restore…"_s);
        QSignalSpy asked(m_screen.get(), &Screen::changeRequested);
        key(button, Qt::Key_Space);
        QCOMPARE(asked[0][0].value<ChangeRequest>().kind, ChangeKind::Restore);
    }

    void linesBreakWhereThereWereNoPairs() {
        m_console->node->edit([](auto& endpoints, auto&) {
            auto& buckets = endpoints[0].comparison->buckets;
            for (std::size_t i = 20; i < 30; ++i) {
                buckets[i].coverage.matched = 0;
            }
            buckets.erase(buckets.begin() + 45, buckets.begin() + 50); // nobody asked, so there is no bucket either
        });
        openLive();
        for (const QString& name : {u"agreementChart.view"_s, u"differenceChart.view"_s}) {
            const ChartData& chart = find<ChartView>(name)->content();
            const bool agreement = name.startsWith(u"agreement"_s);
            QCOMPARE(chart.bands.size(), 3);
            QCOMPARE(chart.lines.size(), agreement ? 6 : 3);
            QCOMPARE(std::ranges::count_if(chart.lines, [](const ChartLine& line) { return !line.name.isEmpty(); }),
                     agreement ? 2 : 1);
            for (const ChartLine& line : chart.lines) {
                for (qsizetype i = 1; i < line.points.size(); ++i) {
                    QVERIFY(line.points[i].x() - line.points[i - 1].x() <= 60'000);
                }
            }
        }
    }

    // At the smallest usual size the list of requests is brought into view, with room to move in it.
    void topRequestsCanBeSeenInALowWindow() {
        openLive();
        m_screen->resize(1280, 690);
        auto* table = requests();
        key(find<QComboBox>(u"compareEndpoint"_s), Qt::Key_F4); // which opens a box of choices elsewhere
        QTRY_VERIFY(table->hasFocus());
        const auto* scroll = find<QScrollArea>(u"compareScroll"_s);
        const QRect seen(QPoint(0, 0), scroll->viewport()->size());
        const QRect list(table->viewport()->mapTo(scroll->viewport(), QPoint(0, 0)), table->viewport()->size());
        QVERIFY2(seen.contains(list), qPrintable(QString::number(list.bottom() - seen.bottom())));
        QVERIFY(list.height() / table->rowHeight(0) >= 5);
        for (int i = 0; i < 12; ++i) {
            key(table, Qt::Key_Down);
            QVERIFY(table->viewport()->rect().contains(table->visualRect(table->currentIndex()).center()));
        }
    }
};

QTEST_MAIN(CompareDeploymentTest)
#include "compare_deployment_test.moc"
