// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTableView>

#include "tests/support/fake_window.h"
#include "ui/models/endpoint_model.h"
#include "ui/widgets/message_strip.h"
#include "ui/widgets/overlay_layer.h"
#include "ui/widgets/state_badge.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class ShellTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<test::FakeWindow> m_w;

    QTableView* table() { return m_w->find<QTableView>("fleetTable"); }

private Q_SLOTS:
    void init() {
        m_w = std::make_unique<test::FakeWindow>();
        m_w->console.add("eu-1");
        m_w->console.add("us-1");
        QVERIFY(m_w->open());
        QTRY_COMPARE(table()->model()->rowCount(), 4);
    }
    void cleanup() { m_w.reset(); }

    void keysLeadToEveryScreen() {
        m_w->press(Qt::Key_3, Qt::AltModifier);
        QCOMPARE(m_w->window->currentScreen(), u"control"_s);
        m_w->press(Qt::Key_5, Qt::AltModifier);
        QCOMPARE(m_w->window->currentScreen(), u"connect"_s);
        m_w->press(Qt::Key_1, Qt::AltModifier);
        QCOMPARE(m_w->window->currentScreen(), u"fleet"_s);
        m_w->press(Qt::Key_Tab, Qt::ControlModifier);
        QCOMPARE(m_w->window->currentScreen(), u"control"_s);
    }

    void theWorstEndpointIsSelectedAtStart() {
        QCOMPARE(m_w->console.selection.endpoint().value, std::string("spam-filter"));
        QCOMPARE(table()->currentIndex().row(), 0);
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void singleLettersAreLeftToAFieldThatIsTypedIn() {
        QVERIFY(m_w->console.time.utc());
        m_w->press(Qt::Key_U);
        QVERIFY(!m_w->console.time.utc());
        m_w->press(Qt::Key_Slash);
        auto* filter = m_w->find<QLineEdit>("fleetFilter");
        QCOMPARE(QApplication::focusWidget(), filter);
        m_w->type(u"us u/?"_s);
        QCOMPARE(filter->text(), u"us u/?"_s);
        QVERIFY(!m_w->console.time.utc());
        QVERIFY(!m_w->window->layer().isOpen());
    }

    void filterHidesAndEscShowsAgain() {
        m_w->press(Qt::Key_Slash);
        m_w->type(u"us-1 spam"_s);
        QCOMPARE(table()->model()->rowCount(), 1);
        m_w->press(Qt::Key_Escape);
        QCOMPARE(table()->model()->rowCount(), 4);
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void paletteGoesWhereItIsTold() {
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        QVERIFY(m_w->find<QListWidget>("paletteList"));
        m_w->type(u"connect"_s);
        m_w->press(Qt::Key_Return);
        QVERIFY(!m_w->window->layer().isOpen());
        QCOMPARE(m_w->window->currentScreen(), u"connect"_s);
    }

    void paletteSelectsAnEndpointOfAnotherNode() {
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        m_w->type(u"control credit us-1"_s);
        m_w->press(Qt::Key_Return);
        QCOMPARE(m_w->window->currentScreen(), u"control"_s);
        QCOMPARE(m_w->console.selection.endpoint().value, std::string("credit-approval"));
        QCOMPARE(m_w->console.context.session()->name(), u"us-1"_s);
    }

    void paletteArrowsMoveAndEscCloses() {
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        auto* list = m_w->find<QListWidget>("paletteList");
        QCOMPARE(list->currentRow(), 0);
        m_w->press(Qt::Key_Down);
        QCOMPARE(list->currentRow(), 1);
        m_w->press(Qt::Key_Escape);
        QVERIFY(!m_w->window->layer().isOpen());
        QCOMPARE(QApplication::focusWidget(), table());
    }

    void paletteHasTheChangesOfTheSelectedEndpointEverywhere() {
        for (const char* screen : {"fleet", "control", "connect"}) {
            m_w->window->showScreen(QString::fromLatin1(screen));
            m_w->press(Qt::Key_K, Qt::ControlModifier);
            const auto* list = m_w->visible<QListWidget>("paletteList");
            for (const char* wanted : {"Stop shadow of spam-filter on eu-1…", "Promote spam-filter on eu-1…",
                                       "Fall back spam-filter on eu-1…"}) {
                QCOMPARE(list->findItems(QString::fromUtf8(wanted), Qt::MatchExactly).size(), 1);
            }
            m_w->press(Qt::Key_Escape);
        }
    }

    void fallenBackTheWayOutIsOffered() {
        m_w->console.node(m_w->console.store.stored[0].id).edit([](auto& endpoints, auto&) {
            endpoints[0].snapshot.generation.deployment.mode = Mode::Fallback;
        });
        m_w->console.node(m_w->console.store.stored[0].id).push();
        QTRY_COMPARE(m_w->find<QPushButton>("fleetFallBack")->text(), u"Restore…"_s);
        m_w->press(Qt::Key_F8);
        QVERIFY(m_w->window->messages().text().contains(u"spam-filter is in fallback already"_s));
        QVERIFY(!m_w->window->layer().isOpen());
        m_w->press(Qt::Key_K, Qt::ControlModifier);
        const auto* list = m_w->visible<QListWidget>("paletteList");
        QVERIFY(list->findItems(u"Fall back spam-filter on eu-1"_s, Qt::MatchStartsWith).isEmpty());
        QCOMPARE(list->findItems(u"Restore spam-filter on eu-1"_s, Qt::MatchStartsWith).size(), 1);
        m_w->press(Qt::Key_Escape);
        m_w->find<QPushButton>("fleetFallBack")->click();
        QTRY_VERIFY(m_w->visible<QLabel>("changeTitle") != nullptr);
        QVERIFY(m_w->visible<QLabel>("changeTitle")->text().startsWith(u"Restore spam-filter"_s));
    }

    // What is lit is what the keys mean.
    void onTheRowOfAWholeNodeNoKeyMeansAnEndpoint() {
        m_w->console.node(m_w->console.store.stored[1].id).raiseAlarm("the clock is 40 s off");
        QTRY_COMPARE(table()->model()->rowCount(), 5);
        int row = 0;
        const auto name = [&](int at) { return table()->model()->index(at, EndpointModel::EndpointColumn).data(); };
        while (row < 5 && name(row).toString() != u"(whole node)"_s) {
            ++row;
        }
        QVERIFY(row < 5);
        table()->setFocus();
        table()->setCurrentIndex(table()->model()->index(row, 0));
        QCOMPARE(m_w->console.selection.profile(), m_w->console.store.stored[1].id);
        QVERIFY(m_w->console.selection.endpoint().value.empty());
        m_w->console.silence(1s); // the list is looked at again
        QCOMPARE(table()->currentIndex().row(), row);
        m_w->press(Qt::Key_F8);
        QVERIFY(!m_w->window->layer().isOpen());
        QVERIFY(m_w->window->messages().text().contains(u"Choose an endpoint first"_s));
        m_w->press(Qt::Key_Return);
        QCOMPARE(m_w->window->currentScreen(), u"fleet"_s);
    }

    void aNodeThatIsConnectingIsChosenLikeAnyOther() {
        const std::string us = m_w->console.store.stored[1].id;
        m_w->console.fleet.disconnectFrom(us);
        port::LinkStatus connecting;
        connecting.state = port::LinkState::Connecting;
        m_w->console.node(us).setLink(connecting);
        m_w->console.fleet.connectTo(us);
        QTRY_COMPARE(table()->model()->rowCount(), 3);
        const auto name = [&](int at) { return table()->model()->index(at, EndpointModel::EndpointColumn).data(); };
        int row = 0;
        while (row < 3 && name(row).toString() != u"(whole node)"_s) {
            ++row;
        }
        QVERIFY(row < 3);
        QCOMPARE(m_w->console.selection.profile(), m_w->console.store.stored[0].id);
        table()->setCurrentIndex(table()->model()->index(row, 0));
        QCOMPARE(m_w->console.selection.profile(), us);
        m_w->press(Qt::Key_F8);
        QVERIFY(!m_w->window->layer().isOpen());
        // Its row goes when the node has spoken: then its worst endpoint is the one.
        m_w->console.node(us).goLive();
        QTRY_COMPARE(table()->model()->rowCount(), 4);
        QTRY_COMPARE(m_w->console.selection.profile(), us);
        QTRY_COMPARE(m_w->console.selection.endpoint().value, std::string("spam-filter"));
        QVERIFY(table()->currentIndex().isValid());
    }

    // The message stays for a while; what it offers is of the endpoint that it names.
    void aMessagesActionIsOfWhatItSpeaksOf() {
        const std::string eu = m_w->console.store.stored[0].id;
        m_w->console.node(eu).edit([](auto& endpoints, auto&) {
            endpoints[0].snapshot.generation.deployment.mode = Mode::Fallback;
            endpoints[1].snapshot.generation.deployment.mode = Mode::Fallback;
        });
        m_w->console.node(eu).push();
        m_w->console.selection.select(eu, EndpointName("spam-filter"));
        QTRY_COMPARE(m_w->find<QPushButton>("fleetFallBack")->text(), u"Restore…"_s);
        m_w->press(Qt::Key_F8);
        QVERIFY(m_w->window->messages().text().contains(u"spam-filter is in fallback already"_s));
        m_w->console.selection.select(eu, EndpointName("credit-approval"));
        m_w->find<QPushButton>("messageAction")->click();
        QTRY_VERIFY(m_w->visible<QLabel>("changeTitle") != nullptr);
        QVERIFY(m_w->visible<QLabel>("changeTitle")->text().startsWith(u"Restore spam-filter on eu-1"_s));
    }

    void anotherIdentityOfTheSameConnectionIsAskedAgain() {
        const port::ConnectionProfile profile = m_w->console.store.stored[0];
        m_w->console.selection.select(profile.id, EndpointName("spam-filter"));
        const auto* stripe = m_w->find<QWidget>("environmentStripe");
        QTRY_VERIFY(stripe->accessibleName().contains(u"ada"_s));
        m_w->console.node(profile.id).principal = []() -> Result<Principal> {
            Principal other;
            other.actor = test::fakeActor("bob");
            other.role = "console";
            other.permissions = 0x7e;
            return other;
        };
        port::ConnectionProfile edited = profile;
        edited.certificateFile = "/dev/zero";
        QVERIFY(m_w->console.fleet.saveProfile(edited).ok());
        QTRY_VERIFY(stripe->accessibleName().contains(u"bob"_s));
    }

    void f1OpensTheKeySheet() {
        m_w->press(Qt::Key_F1);
        QVERIFY(m_w->window->layer().isOpen());
        QVERIFY(m_w->find<QWidget>("keySheet"));
    }

    void keysBeneathAnOpenLayerAreSilent() {
        m_w->press(Qt::Key_Question);
        QVERIFY(m_w->window->layer().isOpen());
        m_w->press(Qt::Key_3, Qt::AltModifier);
        m_w->press(Qt::Key_F8);
        QCOMPARE(m_w->window->currentScreen(), u"fleet"_s);
        QVERIFY(m_w->find<QWidget>("keySheet"));
        QVERIFY(!m_w->find<QWidget>("changeSheet"));
    }

    void tabStaysInsideAnOpenLayer() {
        m_w->press(Qt::Key_F8);
        QTRY_VERIFY(m_w->visible<QWidget>("changeSheet"));
        auto* sheet = m_w->visible<QWidget>("changeSheet");
        for (int i = 0; i < 12; ++i) {
            m_w->press(Qt::Key_Tab);
            QVERIFY(sheet->isAncestorOf(QApplication::focusWidget()));
        }
    }

    void linksShowTheirStateAndCountDown() {
        auto* badge = m_w->find<StateBadge>("link_eu-1");
        QVERIFY(badge->word().contains(u"live"_s));
        port::LinkStatus lost;
        lost.state = port::LinkState::Waiting;
        lost.retryAt = m_w->console.clock.monoNow() + 6s;
        m_w->console.node(m_w->console.store.stored[0].id).setLink(lost);
        QTRY_VERIFY(badge->word().contains(u"retry in 6 s"_s));
        m_w->console.silence(2s);
        QVERIFY(badge->word().contains(u"retry in 4 s"_s));
        QVERIFY(m_w->find<QWidget>("retry_eu-1")->isVisible());
        QVERIFY(!m_w->find<QWidget>("retry_us-1")->isVisible());
    }

    void aReplacedNodeIsToldLoudly() {
        port::LinkStatus other;
        other.state = port::LinkState::Live;
        other.replaced = true;
        m_w->console.node(m_w->console.store.stored[0].id).setLink(other);
        QTRY_VERIFY(m_w->window->messages().text().contains(u"Another node answers"_s));
    }

    void layoutAndChoicesSurviveARestart() {
        m_w->press(Qt::Key_U);
        m_w->press(Qt::Key_3, Qt::AltModifier);
        m_w->theme.setChoice(ThemeChoice::Dark);
        m_w->window->close();
        const auto settings = m_w->console.store.settings;
        m_w = std::make_unique<test::FakeWindow>();
        m_w->console.store.settings = settings;
        m_w->console.add("eu-1");
        m_w->console.add("us-1");
        QVERIFY(m_w->open());
        QVERIFY(!m_w->console.time.utc());
        QCOMPARE(m_w->window->currentScreen(), u"control"_s);
        QVERIFY(m_w->theme.dark());
        m_w->theme.setChoice(ThemeChoice::Light);
    }

    void everyControlHasANameForScreenReaders() {
        for (const char* screen : {"fleet", "control", "connect"}) {
            m_w->window->showScreen(QString::fromLatin1(screen));
            QTest::qWait(50);
            for (const QWidget* widget : m_w->window->findChildren<QWidget*>()) {
                const bool reachable = widget->isVisible() && (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
                if (!reachable || widget->inherits("QScrollArea")) {
                    continue;
                }
                const auto* button = qobject_cast<const QAbstractButton*>(widget);
                const bool named =
                    !widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty());
                QVERIFY2(named, qPrintable(QString::fromLatin1(widget->metaObject()->className()) + u' ' +
                                           widget->objectName()));
            }
        }
    }
};

QTEST_MAIN(ShellTest)
#include "shell_test.moc"
