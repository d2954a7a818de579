// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHelpEvent>
#include <QLabel>
#include <QTableView>
#include <QToolTip>

#include "tests/support/fake_window.h"
#include "ui/widgets/event_strip.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class FleetTimelineTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;
    std::string m_node;

    EventStrip* strip() { return m_w->find<EventStrip>("fleetTimeline"); }
    void openWith(int events) {
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"fleet"_s);
        QTRY_COMPARE(strip()->events().size(), events);
    }
    void change(ChangeKind kind, std::chrono::seconds ago) {
        m_w->console.node(m_node).edit([&](auto& endpoints, auto&) {
            Generation next = endpoints[0].history.front();
            next.number = GenerationNumber(next.number.value + 1);
            next.kind = kind;
            next.time = m_w->console.clock.wallNow() - ago;
            endpoints[0].history.insert(endpoints[0].history.begin(), next);
            endpoints[0].snapshot.generation = next;
        });
        m_w->console.node(m_node).push();
    }

private Q_SLOTS:
    void init() {
        m_w = std::make_unique<test::FakeWindow>();
        m_node = m_w->console.add("eu-1");
    }
    void cleanup() { m_w.reset(); }

    void changesOfAllNodesAreOnOneLine() {
        m_w->console.add("us-1");
        openWith(12); // two nodes, two endpoints, three changes each
        QVERIFY(strip()->isVisible());
        QVERIFY(m_w->find<QLabel>("fleetChange")->text().contains(u"mirror share by grace"_s)); // the newest
        QVERIFY(strip()->accessibleDescription().startsWith(u"12 in all, the newest: "_s));
    }

    void withoutANodeThereIsNoLine() {
        m_w = std::make_unique<test::FakeWindow>();
        QVERIFY(m_w->open());
        QVERIFY(!strip()->isVisible());
    }

    void keysStepThroughTheChangesAndSayThem() {
        openWith(6);
        strip()->setFocus();
        m_w->press(Qt::Key_End);
        QCOMPARE(strip()->cursor(), 5);
        m_w->press(Qt::Key_Left);
        m_w->press(Qt::Key_Left);
        QCOMPARE(strip()->cursor(), 3);
        QVERIFY(strip()->accessibleDescription().startsWith(u"4 of 6: "_s));
        QCOMPARE(m_w->find<QLabel>("fleetChange")->toolTip(), strip()->events()[3].text);
        m_w->press(Qt::Key_Home);
        QCOMPARE(strip()->cursor(), 0);
        m_w->press(Qt::Key_Left);
        QCOMPARE(strip()->cursor(), 0);
    }

    void enterOpensTheEndpointsHistory() {
        openWith(6);
        strip()->setFocus();
        m_w->press(Qt::Key_Home);
        const bool spam = strip()->events()[0].text.contains(u"spam-filter"_s);
        m_w->press(Qt::Key_Return);
        QCOMPARE(m_w->window->currentScreen(), u"control"_s);
        QCOMPARE(m_w->console.selection.endpoint(), EndpointName(spam ? "spam-filter" : "credit-approval"));
    }

    void newChangeAppearsAndTheCursorStays() {
        openWith(6);
        strip()->setFocus();
        m_w->press(Qt::Key_Home);
        const StripEvent before = strip()->events()[0];
        change(ChangeKind::Fallback, 0s);
        QTRY_COMPARE(strip()->events().size(), 7);
        QCOMPARE(strip()->events()[strip()->cursor()], before);
        QCOMPARE(strip()->events().back().label, u"Fell back spam-filter"_s);
        QCOMPARE(strip()->events().back().tone, Tone::Act);
    }

    void plusAndMinusChangeHowFarBackItLooks() {
        openWith(6);
        strip()->setFocus();
        const double before = strip()->span().length();
        QVERIFY(before >= 72 * 3600e3); // all six are shown
        m_w->press(Qt::Key_Plus);
        QVERIFY(strip()->span().length() < before);
        m_w->press(Qt::Key_Home); // out of sight: it is brought back
        QVERIFY(strip()->span().low <= strip()->events()[0].time);
    }

    void marksThatMeetAreOneAndItsTipNamesAll() {
        openWith(6);
        // The oldest two lie on each other; so near the left end that nothing else can.
        const double share = (strip()->events()[0].time - strip()->span().low) / strip()->span().length();
        QString tip;
        for (int x = 0; x < strip()->width() && tip.isEmpty(); x += 4) {
            QHelpEvent help(QEvent::ToolTip, QPoint(x, 8), strip()->mapToGlobal(QPoint(x, 8)));
            QApplication::sendEvent(strip(), &help);
            tip = QToolTip::text();
        }
        QVERIFY(share >= 0);
        QVERIFY(tip.contains(strip()->events()[0].text));
        QVERIFY(tip.contains(strip()->events()[1].text));
    }
};

QTEST_MAIN(FleetTimelineTest)
#include "fleet_timeline_test.moc"
