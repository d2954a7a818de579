// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/models/cell_roles.h"
#include "ui/models/change_timeline.h"
#include "ui/models/comparison_feed.h"
#include "ui/models/connection_model.h"
#include "ui/models/endpoint_model.h"
#include "ui/models/generation_model.h"
#include "ui/models/history_feed.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;

class FleetModelsTest : public QObject {
    Q_OBJECT

private:
    test::ManualClock m_clock;
    test::FakeConsoleStore m_store;
    std::map<std::string, std::shared_ptr<test::FakeNode>> m_nodes;
    std::unique_ptr<Fleet> m_fleet;

    test::FakeNode& node(const std::string& name) { return *m_nodes.at(test::fakeId(name)); }

    // v3 has answered the first endpoint of "a" for 20 s, where v1 had for days, and they differ.
    void letNewcomerAnswer() {
        node("a").edit([this](auto& endpoints, auto&) {
            Generation next = endpoints[0].history.front();
            next.number = GenerationNumber(4);
            next.kind = ChangeKind::Promote;
            next.deployment.production = VersionNumber(3);
            next.time = m_clock.wallNow() - 20s;
            endpoints[0].history.insert(endpoints[0].history.begin(), next);
            endpoints[0].snapshot.generation = next;
            endpoints[0].comparison->production = VersionNumber(3);
            endpoints[0].snapshot.comparison = test::fakeSummary(*endpoints[0].comparison);
        });
    }
    void tick() {
        for (NodeSession* session : m_fleet->sessions()) {
            session->tick();
        }
        Q_EMIT m_fleet->ticked();
    }

private Q_SLOTS:
    void init() {
        m_store = {};
        m_nodes.clear();
        for (const char* name : {"a", "b"}) {
            m_store.stored.push_back(test::profileNamed(name));
            m_nodes[test::fakeId(name)] = std::make_shared<test::FakeNode>(m_clock.wallNow(), name);
        }
        m_fleet = std::make_unique<Fleet>(
            m_store,
            [this](const port::ConnectionProfile& profile) {
                return std::make_unique<test::FakeGateway>(m_nodes.at(profile.id));
            },
            m_clock);
        QVERIFY(m_fleet->load().ok());
    }

    void worstComesFirst() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        node("b").edit([](auto& endpoints, auto&) {
            endpoints[1].snapshot.generation.deployment.mode = Mode::Fallback;
            endpoints[0].snapshot.substitutionShare = 0.2;
        });
        node("a").goLive();
        node("b").goLive();
        QTRY_COMPARE(model.rowCount(), 4);
        std::vector<int> ranks;
        for (const EndpointRow& row : model.rows()) {
            ranks.push_back(row.judgement.rank);
        }
        QVERIFY(std::ranges::is_sorted(ranks));
        QCOMPARE(model.rowAt(0).judgement.tone, CellTone::Act);
        QCOMPARE(model.rowAt(3).judgement.tone, CellTone::Calm);
        QCOMPARE(model.rowAt(3).endpoint.value, std::string("credit-approval"));
    }

    // More than are asked for at once, of a node that is slow to answer: none is asked for twice, none is left out.
    void everyComparisonIsFetchedHoweverMany() {
        node("a").edit([](auto& endpoints, auto&) {
            const test::FakeEndpoint compared =
                *std::ranges::find_if(endpoints, [](const auto& e) { return e.comparison.has_value(); });
            for (int i = 0; i < 20; ++i) {
                test::FakeEndpoint more = compared;
                more.snapshot.settings.name = EndpointName("more-" + std::to_string(i));
                endpoints.push_back(std::move(more));
            }
        });
        ComparisonFeed feed(*m_fleet);
        node("a").hold();
        node("a").goLive();
        QTRY_VERIFY(node("a").held() > 20);
        const std::size_t held = node("a").held();
        feed.refresh(); // ends nothing that is under way
        QTest::qWait(50);
        QCOMPARE(node("a").held(), held);
        node("a").releaseAll();
        for (int i = 0; i < 20; ++i) {
            QTRY_VERIFY(feed.find(test::fakeId("a"), EndpointName("more-" + std::to_string(i))) != nullptr);
        }
    }

    void aNodeThatWasNeverHeardIsARowAndNotHealth() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        QCOMPARE(model.rowCount(), 2);
        for (const EndpointRow& row : model.rows()) {
            QVERIFY(row.isNode());
            QVERIFY(row.judgement.tone != CellTone::Calm);
        }
        node("a").goLive();
        QTRY_COMPARE(model.rowCount(), 3);
    }

    void staleRowsAreNeverOk() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").goLive();
        node("b").goLive();
        QTRY_COMPARE(model.rowCount(), 4);
        m_clock.advance(6s);
        tick();
        for (int i = 0; i < model.rowCount(); ++i) {
            QCOMPARE(model.rowAt(i).state, RowState::Stale);
            QCOMPARE(model.rowAt(i).judgement.tone, CellTone::Stale);
            QCOMPARE(model.index(i, EndpointModel::AgeColumn).data().toString(), QStringLiteral("6 s"));
        }
        node("a").push();
        QTRY_VERIFY(std::ranges::any_of(model.rows(), [](const auto& row) { return row.state == RowState::Live; }));
        QVERIFY(std::ranges::any_of(model.rows(), [](const auto& row) { return row.state == RowState::Stale; }));
    }

    void alarmsOfANodeStandOnTop() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").goLive();
        QTRY_COMPARE(model.rowCount(), 3);
        node("a").raiseAlarm("audit log cannot be written: disk full");
        QTRY_VERIFY(model.rowAt(0).isNode());
        QCOMPARE(model.rowAt(0).judgement.tone, CellTone::Act);
        QVERIFY(model.rowAt(0).judgement.why.contains(QStringLiteral("disk full")));
    }

    void historyIsAskedForOncePerChange() {
        HistoryFeed history(*m_fleet);
        const std::string a = test::fakeId("a");
        const EndpointName spam("spam-filter");
        QVERIFY(history.find(a, spam).empty());
        node("a").goLive();
        QTRY_COMPARE(history.find(a, spam).size(), std::size_t{3});
        QSignalSpy changed(&history, &HistoryFeed::changed);
        node("a").push();
        QTRY_VERIFY(m_fleet->session(a)->latest() != nullptr);
        node("a").edit([](auto& endpoints, auto&) {
            Generation next = endpoints[0].history.front();
            next.number = GenerationNumber(4);
            endpoints[0].history.insert(endpoints[0].history.begin(), next);
            endpoints[0].snapshot.generation = next;
        });
        node("a").push();
        QTRY_COMPARE(history.find(a, spam).size(), std::size_t{4});
        QCOMPARE(changed.count(), 1); // of that endpoint only
        m_fleet->disconnectFrom(a);
        QVERIFY(history.find(a, spam).empty());
    }

    void historyThatFailedIsAskedForByRefresh() {
        HistoryFeed history(*m_fleet);
        node("a").failNext({ErrorCode::Internal, "the state file cannot be read"}, 2);
        node("a").goLive();
        QTRY_VERIFY(m_fleet->session(test::fakeId("a"))->latest() != nullptr);
        QTest::qWait(20);
        history.refresh();
        QTRY_COMPARE(history.find(test::fakeId("a"), EndpointName("spam-filter")).size(), std::size_t{3});
    }

    void timelineHasTheChangesOfAllNodesInOrder() {
        HistoryFeed history(*m_fleet);
        node("b").edit([](auto& endpoints, auto&) { endpoints[1].history.front().kind = ChangeKind::Fallback; });
        node("a").goLive();
        node("b").goLive();
        const auto timeline = [&] { return changeTimeline(*m_fleet, history, QTimeZone::utc()); };
        QTRY_COMPARE(timeline().size(), std::size_t{12});
        const std::vector<TimelineChange> changes = timeline();
        QVERIFY(std::ranges::is_sorted(changes, {}, &TimelineChange::time));
        const auto loud = std::ranges::find(changes, CellTone::Act, &TimelineChange::tone);
        QVERIFY(loud != changes.end());
        QCOMPARE(loud->profile, test::fakeId("b"));
        QCOMPARE(loud->label, QStringLiteral("Fell back credit-approval"));
        QVERIFY2(loud->text.contains(QStringLiteral("credit-approval on b: fell back by grace")),
                 qPrintable(loud->text));
        QVERIFY2(loud->text.contains(QStringLiteral("latency looks fine at half")), qPrintable(loud->text));
    }

    void aNewcomerIsSentBackInTheFleetToo() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        letNewcomerAnswer();
        node("a").goLive();
        QTRY_VERIFY(model.rowAt(0).judgement.why.startsWith(QStringLiteral("Roll back to v1")));
        QVERIFY(model.rowAt(0).judgement.why.contains(QStringLiteral("v3 is the newcomer")));
        QCOMPARE(model.rowAt(0).judgement.tone, CellTone::Act);
    }

    // Nothing but the history changes, long after everything else was judged.
    void aHistoryThatComesLateIsJudgedToo() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        letNewcomerAnswer();
        const EndpointName spam("spam-filter");
        const std::string a = test::fakeId("a");
        node("a").failNext<std::vector<Generation>>({ErrorCode::Internal, "the state file cannot be read"}, 2);
        node("a").goLive();
        QTRY_VERIFY(history.error(a, spam) != nullptr && feed.find(a, spam) != nullptr);
        const auto row = [&] { return *std::ranges::find(model.rows(), spam, &EndpointRow::endpoint); };
        QTRY_VERIFY(std::ranges::find(model.rows(), spam, &EndpointRow::endpoint) != model.rows().end());
        QTRY_COMPARE(row().comparison, feed.find(a, spam));
        QVERIFY(!row().judgement.why.contains(QStringLiteral("newcomer")));
        history.refresh();
        QTRY_VERIFY(row().judgement.why.contains(QStringLiteral("v3 is the newcomer")));
    }

    void agreementSaysOfWhichRequestsItsIntervalIs() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").goLive();
        QTRY_COMPARE(model.rowCount(), 3);
        const auto cell = [&](int role) {
            return model.index(0, EndpointModel::AgreementColumn).data(role).toString();
        };
        QTRY_VERIFY(cell(Qt::DisplayRole).contains(u'%'));
        for (const int role : {int(Qt::ToolTipRole), int(Qt::AccessibleTextRole)}) {
            QVERIFY2(cell(role).contains(QStringLiteral("of distinct ones")), qPrintable(cell(role)));
        }
    }

    // No shadow, or none that has answered yet: no share, which would be 0 %, and not the worst when rows are sorted.
    void whereNothingIsComparedThereIsNoAgreement() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").edit([](auto& endpoints, auto&) {
            for (test::FakeEndpoint& endpoint : endpoints) {
                if (endpoint.comparison) {
                    endpoint.comparison->coverage.matched = 0;
                    endpoint.comparison->agreement = 0;
                }
            }
        });
        node("a").goLive();
        QTRY_COMPARE(model.rowCount(), 3);
        QTRY_VERIFY(std::ranges::any_of(model.rows(), [](const auto& row) { return row.comparison != nullptr; }));
        for (int i = 0; i < model.rowCount(); ++i) {
            const auto cell = [&](int role) { return model.index(i, EndpointModel::AgreementColumn).data(role); };
            QCOMPARE(cell(Qt::DisplayRole).toString(), QStringLiteral("–"));
            QCOMPARE(cell(SortRole).toDouble(), 2.0);
            QCOMPARE(cell(Qt::AccessibleTextRole).toString(), QStringLiteral("Agreement: –"));
            QCOMPARE(cell(Qt::ToolTipRole).toString(), model.rowAt(i).judgement.why);
        }
    }

    // Fifty nodes speak fifty times a second; to make all rows anew each time is what the console then does for a
    // living.
    void rowsAreMadeOnceForManyChanges() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").goLive();
        QTRY_COMPARE(model.rowCount(), 3); // two endpoints, and the other node
        QSignalSpy refreshed(&model, &EndpointModel::refreshed);
        for (int i = 0; i < 1000; ++i) {
            Q_EMIT m_fleet->sessionChanged(m_fleet->sessions().front());
        }
        QVERIFY(refreshed.count() <= 1);
        QTRY_VERIFY(refreshed.count() >= 1);
    }

    void sparklineIsOnlyThereWhenItIsKnown() {
        ComparisonFeed feed(*m_fleet);
        HistoryFeed history(*m_fleet);
        EndpointModel model(*m_fleet, feed, history);
        node("a").edit([](auto& endpoints, auto&) { endpoints[1].snapshot.generation.deployment.shadows.clear(); });
        node("a").goLive();
        const auto points = [&](const char* endpoint) {
            for (int i = 0; i < model.rowCount(); ++i) {
                if (model.rowAt(i).endpoint.value == endpoint) {
                    return model.index(i, EndpointModel::AgreementColumn).data(PointsRole);
                }
            }
            return QVariant();
        };
        QTRY_VERIFY(points("spam-filter").isValid());
        QCOMPARE(points("spam-filter").value<QList<double>>().size(), 60);
        QVERIFY(!points("credit-approval").isValid());
    }

    void connectionsFollowTheFleet() {
        ConnectionModel model(*m_fleet);
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 2);
        auto third = test::profileNamed("c");
        third.environment = port::EnvironmentClass::Production;
        QVERIFY(m_fleet->saveProfile(third).ok());
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.rowAt(0).profile.name, std::string("c"));
        QVERIFY(!model.rowAt(0).connected);
        m_fleet->disconnectFrom(test::fakeId("a"));
        QVERIFY(!model.rowAt(model.rowOf(test::fakeId("a"))).connected);
        QVERIFY(m_fleet->removeProfile(third.id).ok());
        QCOMPARE(model.rowOf(third.id), -1);
    }

    void historyMarksWhatIsInForce() {
        GenerationModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto history = test::fakeEndpoints(m_clock.wallNow()).front().history;
        model.setGenerations(history);
        QVERIFY(model.rowAt(0).inForce);
        Generation next = history.front();
        next.number = GenerationNumber(4);
        history.insert(history.begin(), next);
        model.setGenerations(history);
        QCOMPARE(model.rowCount(), 4);
        QVERIFY(model.rowAt(0).inForce);
        QVERIFY(!model.rowAt(1).inForce);
    }
};

QTEST_GUILESS_MAIN(FleetModelsTest)
#include "fleet_models_test.moc"
