// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/coalescer.h"
#include "ui/bridge/fleet.h"
#include "ui/bridge/job.h"
#include "ui/bridge/node_session.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;

namespace {

const EndpointName kSpam{"spam-filter"};

} // namespace

class BridgeTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::ManualClock> m_clock;
    std::shared_ptr<test::FakeNode> m_node;
    std::unique_ptr<NodeSession> m_session;

private Q_SLOTS:
    void coalescerRunsAtOnceAndThenOnceForTheRest() {
        int runs = 0;
        Coalescer coalescer(20ms, [&] { ++runs; });
        coalescer.ask();
        QCOMPARE(runs, 1);
        for (int i = 0; i < 5; ++i) {
            coalescer.ask();
        }
        QCOMPARE(runs, 1);
        QTRY_COMPARE(runs, 2);
        QTest::qWait(60);
        QCOMPARE(runs, 2); // nobody asked any more
        coalescer.ask();
        QTRY_COMPARE(runs, 3);
    }

    void init() {
        m_clock = std::make_unique<test::ManualClock>();
        m_node = std::make_shared<test::FakeNode>(m_clock->wallNow());
        m_session = std::make_unique<NodeSession>(test::profileNamed("a"), std::make_unique<test::FakeGateway>(m_node),
                                                  *m_clock);
    }
    void cleanup() {
        m_session.reset();
        m_node.reset();
    }

    void answerArrivesOnTheGuiThread() {
        QThread* thread = nullptr;
        const Request request = m_session->getComparison(kSpam, [&](const Result<Comparison>& result) {
            QVERIFY(result.ok());
            thread = QThread::currentThread();
        });
        QTRY_VERIFY(thread != nullptr);
        QCOMPARE(thread, QThread::currentThread());
        QVERIFY(!request.pending());
    }

    void errorIsDeliveredAsValue() {
        m_node->failNext({ErrorCode::Unavailable, "the line is dead"});
        std::string message;
        const Request request =
            m_session->getNode([&](const Result<NodeInfo>& result) { message = result.error().message; });
        QTRY_COMPARE(message, std::string("the line is dead"));
    }

    void staleReplyIsDropped() {
        m_node->hold();
        int first = 0;
        int second = 0;
        Request request = m_session->getNode([&](const auto&) { ++first; });
        request = m_session->getNode([&](const auto&) { ++second; });
        QTRY_COMPARE(m_node->held(), 2U);
        m_node->releaseAll();
        QTRY_COMPARE(second, 1);
        QCOMPARE(first, 0);
    }

    void replyAfterTheSessionIsGoneIsDropped() {
        m_node->hold();
        int answers = 0;
        const Request request = m_session->getNode([&](const auto&) { ++answers; });
        m_session.reset();
        m_node->releaseAll();
        QTest::qWait(20);
        QCOMPARE(answers, 0);
    }

    void replyAfterItsHolderIsGoneIsDropped() {
        m_node->hold();
        int answers = 0;
        {
            const Request request = m_session->getNode([&](const auto&) { ++answers; });
        }
        m_node->releaseAll();
        QTest::qWait(20);
        QCOMPARE(answers, 0);
    }

    void updatesAreCoalescedToTenASecond() {
        m_session->open();
        QSignalSpy updated(m_session.get(), &NodeSession::updated);
        for (int i = 0; i < 500; ++i) {
            m_node->push();
        }
        m_node->edit([](auto& endpoints, auto&) { endpoints[0].snapshot.requests = 77; });
        m_node->push();
        QTRY_VERIFY(m_session->endpoint(kSpam) != nullptr && m_session->endpoint(kSpam)->requests == 77);
        QVERIFY2(updated.size() <= 4, "the GUI thread saw more updates than it should");
    }

    void linkAndSnapshotArriveTogether() {
        m_session->open();
        m_node->goLive();
        QTRY_VERIFY(m_session->latest() != nullptr);
        QVERIFY(m_session->link().state == port::LinkState::Live);
        QCOMPARE(m_session->node()->name, std::string("node-a"));
        QVERIFY(m_session->freshness() == Freshness::Live);
    }

    void silenceOfFourSecondsIsStale() {
        m_session->open();
        m_node->goLive();
        QTRY_VERIFY(m_session->freshness() == Freshness::Live);
        QSignalSpy changed(m_session.get(), &NodeSession::freshnessChanged);
        m_clock->advance(3999ms);
        m_session->tick();
        QVERIFY(m_session->freshness() == Freshness::Live);
        m_clock->advance(1ms);
        m_session->tick();
        QVERIFY(m_session->freshness() == Freshness::Stale);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(m_session->age(), std::optional<std::chrono::milliseconds>(4000ms));
        m_node->push();
        QTRY_VERIFY(m_session->freshness() == Freshness::Live);
    }

    void silenceIsNoticedWithoutAnybodyAsking() {
        SystemClock clock;
        NodeSession session(test::profileNamed("node-a"), std::make_unique<test::FakeGateway>(m_node), clock);
        session.open();
        m_node->goLive();
        QTRY_VERIFY(session.freshness() == Freshness::Live);
        QTRY_VERIFY_WITH_TIMEOUT(session.freshness() == Freshness::Stale, 30000); // of real time, and nobody ticks
        QVERIFY(*session.age() >= kStaleAfter);
    }

    void lostConnectionIsStaleAtOnce() {
        m_session->open();
        m_node->goLive();
        QTRY_VERIFY(m_session->freshness() == Freshness::Live);
        port::LinkStatus lost;
        lost.state = port::LinkState::Waiting;
        m_node->setLink(lost);
        QTRY_VERIFY(m_session->freshness() == Freshness::Stale);
        QCOMPARE(m_session->age(), std::optional<std::chrono::milliseconds>(0ms));
        m_node->goLive();
        QTRY_VERIFY(m_session->freshness() == Freshness::Live);
    }

    void restartKeepsTheNodeAndReplacementForgetsIt() {
        m_session->open();
        m_node->goLive();
        QTRY_VERIFY(m_session->latest() != nullptr);
        QSignalSpy restarted(m_session.get(), &NodeSession::nodeRestarted);
        m_node->restart();
        QTRY_COMPARE(restarted.size(), 1);
        QVERIFY(m_session->latest() != nullptr);
        QSignalSpy replaced(m_session.get(), &NodeSession::nodeReplaced);
        port::LinkStatus other;
        other.state = port::LinkState::Live;
        other.replaced = true;
        m_node->setLink(other);
        QTRY_COMPARE(replaced.size(), 1);
        QVERIFY(m_session->latest() == nullptr);
        QVERIFY(m_session->freshness() == Freshness::Unknown);
    }

    void nodeIsRememberedOverALoss() {
        m_session->open();
        m_node->goLive();
        QTRY_VERIFY(m_session->node().has_value());
        port::LinkStatus lost;
        lost.state = port::LinkState::Waiting;
        lost.retryAt = m_clock->monoNow() + 6s;
        m_node->setLink(lost);
        QTRY_VERIFY(m_session->link().state == port::LinkState::Waiting);
        QVERIFY(m_session->node().has_value());
        QVERIFY(m_session->latest() != nullptr);
        m_clock->advance(2s);
        QCOMPARE(m_session->retryIn(), std::optional<std::chrono::milliseconds>(4000ms));
    }

    void oneDeadNodeDoesNotHoldUpAnother() {
        test::FakeConsoleStore store;
        auto live = test::profileNamed("live");
        auto dead = test::profileNamed("dead");
        store.stored = {dead, live};
        const auto silent = std::make_shared<test::FakeNode>(m_clock->wallNow(), "dead");
        Fleet fleet(
            store,
            [&](const port::ConnectionProfile& profile) {
                return std::make_unique<test::FakeGateway>(profile.name == "live" ? m_node : silent);
            },
            *m_clock);
        QVERIFY(fleet.load().ok());
        QCOMPARE(fleet.sessions().size(), std::size_t{2});
        m_node->goLive();
        QTRY_VERIFY(fleet.session(live.id)->freshness() == Freshness::Live);
        QVERIFY(fleet.session(dead.id)->freshness() == Freshness::Unknown);
        QVERIFY(fleet.removeProfile(dead.id).ok());
        QCOMPARE(fleet.sessions().size(), std::size_t{1});
    }

    void exportAppearsOnlyWhenComplete() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trail"));
        m_node->hold();
        const auto job = m_session->exportAudit(path);
        QTRY_COMPARE(m_node->held(), 1U);
        QVERIFY(!QFile::exists(path));
        QSignalSpy finished(job.get(), &Job::finished);
        m_node->releaseAll();
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(QFile(path).size(), 7000);
    }

    void exportIntoAMissingFolderFails() {
        const QTemporaryDir folder;
        const auto job = m_session->exportAudit(folder.filePath(QStringLiteral("no/such/trail")));
        QSignalSpy failed(job.get(), &Job::failed);
        QTRY_COMPARE(failed.size(), 1);
        QVERIFY(!job->error()->remedy.empty());
    }

    void cancelledJobEndsOnceAndAtOnce() {
        Job job(QStringLiteral("spin"));
        QSignalSpy ended(&job, &Job::ended);
        job.run([](std::stop_token stop, JobReporter& reporter) -> Status {
            for (std::uint64_t i = 0; !stop.stop_requested(); ++i) {
                reporter.progress(i, 0);
            }
            return {};
        });
        job.cancel();
        QCOMPARE(ended.size(), 1);
        QTest::qWait(20);
        QCOMPARE(ended.size(), 1);
        QVERIFY(job.state() == Job::State::Cancelled);
    }
};

QTEST_GUILESS_MAIN(BridgeTest)
#include "bridge_test.moc"
