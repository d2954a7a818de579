// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QTableView>

#include "tests/support/fake_window.h"
#include "ui/bridge/node_session.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/state_pane.h"

#include <atomic>

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class ScreensTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;

    StatePane* pane(const char* name) { return m_w->find<StatePane>(name); }

private Q_SLOTS:
    void init() { m_w = std::make_unique<test::FakeWindow>(); }
    void cleanup() { m_w.reset(); }

    void firstStartLeadsToConnect() {
        QVERIFY(m_w->open());
        QCOMPARE(m_w->window->currentScreen(), u"connect"_s);
        QVERIFY(pane("connectionPane")->state() == StatePane::State::Empty);
        QVERIFY(pane("fleetPane")->stateText().contains(u"No node"_s));
        QVERIFY(pane("controlPane")->state() == StatePane::State::Empty);
    }

    void panesGoStaleAfterFourSecondsOfSilenceAndComeBack() {
        const std::string eu = m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
        m_w->console.silence(3s);
        QVERIFY(pane("controlPane")->state() == StatePane::State::Live);
        m_w->console.silence(1s);
        QVERIFY(pane("controlPane")->state() == StatePane::State::Stale);
        QVERIFY(pane("controlPane")->stateText().contains(u"4 s ago"_s));
        m_w->console.silence(37s);
        QVERIFY(pane("controlPane")->stateText().contains(u"41 s ago"_s));
        m_w->console.node(eu).push();
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
    }

    void panesGoStaleAtOnceWhenTheConnectionIsLost() {
        const std::string eu = m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
        m_w->console.clock.advance(1s);
        port::LinkStatus lost;
        lost.state = port::LinkState::Waiting;
        lost.retryAt = m_w->console.clock.monoNow() + 6s;
        m_w->console.node(eu).setLink(lost);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Stale);
        QVERIFY(pane("controlPane")->stateText().contains(u"1 s ago"_s));
        QVERIFY(pane("controlPane")->stateText().contains(u"Retrying in 6 s"_s));
    }

    void theNeighbourOfAVanishedEndpointIsNotChosenForAnybody() {
        const std::string eu = m_w->console.add("eu-1");
        const std::string us = m_w->console.add("us-1");
        QVERIFY(m_w->open());
        auto* table = m_w->find<QTableView>("fleetTable");
        QTRY_COMPARE(table->model()->rowCount(), 4);
        m_w->console.selection.select(us, EndpointName("spam-filter"));
        m_w->console.fleet.disconnectFrom(us);
        QCOMPARE(table->model()->rowCount(), 2);
        QVERIFY(!table->currentIndex().isValid());
        QCOMPARE(m_w->console.selection.profile(), us);
        m_w->press(Qt::Key_F8);
        QTest::qWait(30);
        QVERIFY(m_w->find<QWidget>("changeSheet") == nullptr);
        m_w->console.fleet.connectTo(us);
        QTRY_VERIFY(table->currentIndex().isValid());
        QCOMPARE(table->currentIndex().siblingAtColumn(2).data().toString(), u"us-1"_s);
    }

    void historyFollowsAChangeAndKeepsWhatWasChosen() {
        const std::string eu = m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        auto* table = m_w->find<QTableView>("historyTable");
        QTRY_COMPARE(table->model()->rowCount(), 3);
        QCOMPARE(table->currentIndex().row(), 0);
        const auto change = [&](std::uint64_t number) {
            m_w->console.node(eu).edit([&](auto& endpoints, auto&) {
                Generation next = endpoints[0].history.front();
                next.number = GenerationNumber(number);
                endpoints[0].history.insert(endpoints[0].history.begin(), next);
                endpoints[0].snapshot.generation = next;
            });
            m_w->console.node(eu).push();
        };
        change(4);
        QTRY_COMPARE(table->model()->rowCount(), 4);
        QCOMPARE(table->currentIndex().row(), 0); // what is in force stays chosen
        table->setCurrentIndex(table->model()->index(2, 0));
        change(5);
        QTRY_COMPARE(table->model()->rowCount(), 5);
        QCOMPARE(table->currentIndex().row(), 3); // and so does an older one
        QCOMPARE(table->currentIndex().siblingAtColumn(0).data().toString(), u"2"_s);
    }

    void historyIsOfTheNodeThatIsSelected() {
        const std::string eu = m_w->console.add("eu-1");
        const std::string us = m_w->console.add("us-1");
        m_w->console.node(us).edit([](auto& endpoints, auto&) {
            Generation next = endpoints[0].history.front();
            next.number = GenerationNumber(4);
            endpoints[0].history.insert(endpoints[0].history.begin(), next);
            endpoints[0].snapshot.generation = next;
        });
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        const EndpointName endpoint("spam-filter");
        auto* table = m_w->find<QTableView>("historyTable");
        m_w->console.selection.select(eu, endpoint);
        QTRY_COMPARE(table->model()->rowCount(), 3);
        m_w->console.selection.select(us, endpoint);
        QTRY_COMPARE(table->model()->rowCount(), 4);
        QCOMPARE(table->currentIndex().row(), 0);
        m_w->console.selection.select(eu, endpoint);
        QTRY_COMPARE(table->model()->rowCount(), 3);
    }

    void whoThisConsoleIsIsAskedOncePerConnection() {
        std::atomic<int> asked = 0;
        const std::string eu = m_w->console.add("eu-1", port::EnvironmentClass::Production, false);
        test::FakeNode& node = m_w->console.node(eu);
        node.principal = [&asked]() -> Result<Principal> {
            ++asked;
            return Error{ErrorCode::PermissionDenied, "not for you"};
        };
        node.goLive();
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
        QTRY_COMPARE(asked.load(), 2); // for the window's line, and for what may be done here
        QSignalSpy updated(m_w->console.fleet.session(eu), &NodeSession::updated);
        for (int i = 1; i <= 3; ++i) {
            node.push();
            QTRY_COMPARE(updated.count(), i);
        }
        QCOMPARE(asked.load(), 2);
        m_w.reset(); // before what counts goes
    }

    void aHistoryThatFailsSaysWhyAndCanBeAskedForAgain() {
        const std::string eu = m_w->console.add("eu-1", port::EnvironmentClass::Production, false);
        test::FakeNode& node = m_w->console.node(eu);
        node.failNext<std::vector<Generation>>(
            {ErrorCode::Internal, "the state file cannot be read", "look at the node's log"});
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        node.goLive();
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Error);
        QVERIFY(pane("controlPane")->stateText().contains(u"look at the node's log"_s, Qt::CaseInsensitive));
        m_w->press(Qt::Key_F5);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
    }

    void readOnlyHidesWhatChangesSomething() {
        m_w->console.add("eu-1");
        m_w->console.store.stored[0].readOnly = true;
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        QTRY_VERIFY(pane("controlPane")->state() == StatePane::State::Live);
        QVERIFY(!m_w->find<QWidget>("actionList")->isVisible());
        QVERIFY(m_w->find<QWidget>("controlReadOnly")->isVisible());
        m_w->press(Qt::Key_F8);
        QTest::qWait(30);
        QVERIFY(m_w->find<QWidget>("changeSheet") == nullptr);
        QVERIFY(m_w->window->messages().text().contains(u"read-only"_s));
        m_w->window->showScreen(u"fleet"_s);
        QVERIFY(!m_w->find<QWidget>("fleetFallBack")->isVisible());
    }

    void anActionOpensItsSheet() {
        m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"control"_s);
        QTRY_VERIFY(m_w->visible<QPushButton>("action_rollback"));
        m_w->find<QPushButton>("action_rollback")->click();
        QTRY_VERIFY(m_w->visible<QComboBox>("changeGeneration"));
        QTRY_COMPARE(m_w->visible<QComboBox>("changeGeneration")->count(), 2);
    }

    void removedConnectionCanBeBroughtBack() {
        m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"connect"_s);
        m_w->find<QTableView>("connectionTable")->setFocus();
        m_w->press(Qt::Key_Delete);
        QVERIFY(m_w->console.fleet.profiles().empty());
        auto* undo = m_w->visible<QPushButton>("messageAction");
        QVERIFY(undo != nullptr);
        undo->click();
        QCOMPARE(m_w->console.fleet.profiles().size(), std::size_t{1});
        QCOMPARE(m_w->console.fleet.profiles()[0].name, std::string("eu-1"));
    }

    void everyMnemonicOfConnectMeansOneThing() {
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"connect"_s);
        QStringList keys;
        const QWidget* screen = m_w->window->screen(u"connect"_s);
        for (const auto* button : screen->findChildren<QAbstractButton*>()) {
            keys.append(QKeySequence::mnemonic(button->text()).toString());
        }
        for (const auto* label : screen->findChildren<QLabel*>()) {
            if (label->buddy() != nullptr) {
                keys.append(QKeySequence::mnemonic(label->text()).toString());
            }
        }
        keys.removeAll(QString());
        QVERIFY(keys.contains(u"Alt+T"_s));
        QVERIFY2(QSet<QString>(keys.begin(), keys.end()).size() == keys.size(), qPrintable(keys.join(u' ')));
    }

    void typedConnectionIsSavedAndConnected() {
        QVERIFY(m_w->open());
        m_w->press(Qt::Key_N, Qt::ControlModifier);
        m_w->type(u"practice"_s);
        auto* address = m_w->find<QLineEdit>("profileAddress");
        address->setFocus();
        m_w->type(u"localhost"_s);
        QVERIFY(m_w->find<QLabel>("connectionProblem")->text().contains(u"host:port"_s));
        QVERIFY(!m_w->find<QPushButton>("connectionSave")->isEnabled());
        m_w->type(u":7443"_s);
        m_w->find<QAbstractButton>("profilePlaintext")->click();
        QVERIFY(m_w->find<QWidget>("profileUnprotected")->isVisible());
        QVERIFY(m_w->find<QPushButton>("connectionSave")->isEnabled());
        m_w->find<QPushButton>("connectionSave")->click();
        QCOMPARE(m_w->console.store.stored.size(), std::size_t{1});
        QVERIFY(m_w->console.store.stored[0].plaintext);
        QCOMPARE(m_w->console.store.stored[0].id.size(), std::size_t{32});
    }

    void aStoreThatCannotBeWrittenIsSaid() {
        m_w->console.add("eu-1");
        QVERIFY(m_w->open());
        m_w->window->showScreen(u"connect"_s);
        m_w->console.store.failWith = Error{ErrorCode::Unavailable, "the disk is full"};
        m_w->find<QPushButton>("connectionRemove")->click();
        QVERIFY(m_w->window->messages().text().contains(u"disk is full"_s));
        QCOMPARE(m_w->console.fleet.profiles().size(), std::size_t{1});
    }
};

QTEST_MAIN(ScreensTest)
#include "screens_test.moc"
