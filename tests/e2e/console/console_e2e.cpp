// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QApplication>
#include <QElapsedTimer>
#include <QTest>

#include "app/gnomon-tour/console_driver.h"
#include "app/gnomon/console.h"
#include "backend/proof/export_verifier.h"
#include "tests/support/demo_rows.h"
#include "tests/support/node_process.h"
#include "ui/bridge/node_session.h"
#include "ui/models/endpoint_model.h"

#include <thread>

using namespace Qt::StringLiterals;
using gnomon::app::Console;
using gnomon::app::ConsoleDriver;

namespace gnomon::test {

// Promised to people: from the moment that a node is silent until every pane says so.
constexpr std::chrono::milliseconds kStaleWithin{6000};

// A steady caller that does not mind being refused or finding nobody: changes are what is looked at here.
class SteadyTraffic {
public:
    SteadyTraffic(NodeProcess& node, const std::string& endpoint)
        : m_client(node.caller()), m_rows(endpoint), m_thread([this, endpoint](const std::stop_token& stop) {
              for (std::size_t i = 0; !stop.stop_requested(); ++i) {
                  client::InferCall call;
                  call.model = endpoint;
                  call.inputs = m_rows.inputs(i);
                  call.deadline = std::chrono::milliseconds(500);
                  m_answered += m_client->infer(call).ok() ? 1 : 0;
                  std::this_thread::sleep_for(std::chrono::milliseconds(20));
              }
          }) {}
    int answered() const { return m_answered; }

private:
    std::unique_ptr<client::InferenceClient> m_client;
    DemoRows m_rows;
    std::atomic<int> m_answered{0};
    std::jthread m_thread;
};

// The real console over a real node with real traffic, worked by keyboard alone.
class ConsoleE2e final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void changesAreMadeProvenAndFoundInTheAuditTrail_data();
    void changesAreMadeProvenAndFoundInTheAuditTrail();
    void recordIsVerifiedHere();
    void exportVerifiesWithoutTheNode();
    void hungNodeGoesStaleAndComesBack();
    void killedNodeGoesStaleAndComesBackAsItself();
    void cleanupTestCase();

private:
    // Whether the pane says within the promised time how old it is. since: when the node fell silent.
    bool goesStale(const QElapsedTimer& since);
    ui::NodeSession& session() { return *m_console->fleet().sessions().front(); }
    // The endpoints that Fleet shows, by name. A disk of this machine that is nearly full is a row besides.
    QStringList fleetEndpoints() const;

    TempFolder m_folder;
    std::unique_ptr<NodeProcess> m_node;
    std::unique_ptr<SteadyTraffic> m_spam;
    std::unique_ptr<SteadyTraffic> m_credit;
    std::unique_ptr<Console> m_console;
    std::unique_ptr<ConsoleDriver> m_driver;
};

QStringList ConsoleE2e::fleetEndpoints() const {
    QStringList names;
    const auto* table = qobject_cast<const QAbstractItemView*>(m_driver->find(u"fleetTable"_s));
    for (int row = 0; table != nullptr && row < table->model()->rowCount(); ++row) {
        const QString name = table->model()->index(row, ui::EndpointModel::EndpointColumn).data().toString();
        if (name != u"(whole node)"_s) {
            names.append(name);
        }
    }
    names.sort();
    return names;
}

void ConsoleE2e::initTestCase() {
    m_node = std::make_unique<NodeProcess>(NodeProcessOptions{demoModels(), "", 0, false});
    QVERIFY(m_node->start());
    m_spam = std::make_unique<SteadyTraffic>(*m_node, "spam-filter");
    m_credit = std::make_unique<SteadyTraffic>(*m_node, "credit-approval");
    const client::ConnectOptions connect = m_node->connectAs("console/ada/laptop", m_node->control());
    port::ConnectionProfile profile;
    profile.name = "e2e";
    profile.address = connect.address;
    profile.caFile = connect.caFile;
    profile.certificateFile = connect.certificateFile;
    profile.keyFile = connect.keyFile;
    profile.serverName = connect.serverName;
    profile.environment = port::EnvironmentClass::Practice;
    const auto store = m_folder.path() / "console.db";
    QVERIFY(app::addProfile(store, profile).ok());
    auto console = Console::open({store, "e2e", ui::ThemeChoice::Light}, *qApp);
    QVERIFY2(console.ok(), console.ok() ? "" : console.error().message.c_str());
    m_console = std::move(*console);
    m_console->window().resize(1440, 900);
    m_console->window().show();
    m_console->window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&m_console->window()));
    m_driver = std::make_unique<ConsoleDriver>(m_console->window());
    m_driver->runFromPalette(u"Go to Fleet"_s);
    QTRY_COMPARE_WITH_TIMEOUT(fleetEndpoints(), (QStringList{u"credit-approval"_s, u"spam-filter"_s}), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(m_spam->answered() > 20 && m_credit->answered() > 20, 20000);
}

void ConsoleE2e::changesAreMadeProvenAndFoundInTheAuditTrail_data() {
    QTest::addColumn<QString>("endpoint");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("action");
    QTest::newRow("fall back") << u"spam-filter"_s << u"Fall back spam-filter"_s << u"fallback"_s;
    QTest::newRow("restore") << u"spam-filter"_s << u"Restore spam-filter"_s << u"restore"_s;
    QTest::newRow("shadow off") << u"spam-filter"_s << u"Stop shadow spam-filter"_s << u"shadow-stop"_s;
    QTest::newRow("roll back") << u"spam-filter"_s << u"Roll back spam-filter"_s << u"rollback"_s;
    QTest::newRow("shadow off again") << u"spam-filter"_s << u"Stop shadow spam-filter"_s << u"shadow-stop"_s;
    QTest::newRow("shadow on") << u"spam-filter"_s << u"Start shadow spam-filter"_s << u"shadow-start"_s;
    QTest::newRow("disable") << u"credit-approval"_s << u"Disable credit-approval"_s << u"disable"_s;
    QTest::newRow("enable") << u"credit-approval"_s << u"Enable credit-approval"_s << u"enable"_s;
}

void ConsoleE2e::changesAreMadeProvenAndFoundInTheAuditTrail() {
    QFETCH(QString, endpoint);
    QFETCH(QString, command);
    QFETCH(QString, action);
    QVERIFY(m_driver->runFromPalette(u"Control "_s + endpoint));
    QTRY_COMPARE(m_driver->text(u"controlEndpoint"_s), endpoint);
    QVERIFY2(m_driver->runFromPalette(command), qPrintable(command));
    const QString problem = m_driver->confirmChange(u"end-to-end drill"_s);
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    m_driver->closeSheet();

    QVERIFY(m_driver->runFromPalette(u"Go to Audit"_s));
    const auto found = [&] {
        if (m_driver->find(u"auditNewer"_s) != nullptr) {
            m_driver->press(Qt::Key_F5); // the trail is not read anew by itself: reading it is recorded
        }
        const QString texts = app::visibleTexts(m_console->window());
        return texts.contains(action) && texts.contains(u"end-to-end drill"_s);
    };
    QVERIFY2(m_driver->waitFor(found), qPrintable(app::visibleTexts(m_console->window())));
}

void ConsoleE2e::recordIsVerifiedHere() {
    QTRY_VERIFY_WITH_TIMEOUT(m_driver->text(u"trustBar"_s).contains(u"verified"_s, Qt::CaseInsensitive), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(m_driver->text(u"auditDetailProof"_s).contains(u"Verified here"_s), 20000);
}

void ConsoleE2e::exportVerifiesWithoutTheNode() {
    const std::string file = (m_folder.path() / "audit-export").string();
    m_driver->press(Qt::CTRL | Qt::Key_E);
    QVERIFY(m_driver->find(u"exportPath"_s) != nullptr);
    m_driver->type(QString::fromStdString(file));
    m_driver->press(Qt::CTRL | Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(m_driver->text(u"exportState"_s).contains(u"verifi"_s, Qt::CaseInsensitive), 30000);
    m_driver->press(Qt::Key_Escape);

    proof::ExportVerifier verifier;
    verifier.feed(asBytes(readFile(file).value()));
    const proof::ExportReport report = verifier.finish();
    QVERIFY2(report.ok(), report.message.c_str());
    QVERIFY(report.records > 20);
}

bool ConsoleE2e::goesStale(const QElapsedTimer& since) {
    const bool stale = m_driver->waitFor(
        [this] {
            return session().freshness() == ui::Freshness::Stale &&
                   m_driver->text(u"stateBannerText"_s).contains(u"ago"_s);
        },
        static_cast<int>(kStaleWithin.count() - since.elapsed()));
    qInfo("%s: stale %lld ms after the node fell silent", QTest::currentTestFunction(), since.elapsed());
    return stale && since.elapsed() <= kStaleWithin.count();
}

// The connection stands, but nothing comes.
void ConsoleE2e::hungNodeGoesStaleAndComesBack() {
    QVERIFY(m_driver->runFromPalette(u"Control spam-filter"_s));
    QCOMPARE(session().freshness(), ui::Freshness::Live);
    QElapsedTimer since;
    since.start();
    ::kill(m_node->pid(), SIGSTOP);
    const bool stale = goesStale(since);
    ::kill(m_node->pid(), SIGCONT);
    QVERIFY(stale);
    QTRY_COMPARE_WITH_TIMEOUT(session().freshness(), ui::Freshness::Live, 30000);
    QTRY_VERIFY(m_driver->find(u"stateBannerText"_s) == nullptr);
}

void ConsoleE2e::killedNodeGoesStaleAndComesBackAsItself() {
    QVERIFY(m_driver->runFromPalette(u"Control spam-filter"_s));
    QCOMPARE(session().freshness(), ui::Freshness::Live);
    const NodeStamp before = session().latest()->stamp;
    m_spam.reset();
    m_credit.reset();
    QElapsedTimer since;
    since.start();
    m_node->kill(SIGKILL);
    QVERIFY(goesStale(since));
    QVERIFY(m_node->start());
    QTRY_COMPARE_WITH_TIMEOUT(session().freshness(), ui::Freshness::Live, 30000);
    const NodeStamp after = session().latest()->stamp;
    QCOMPARE(after.id.value, before.id.value);
    QVERIFY(after.boot.value != before.boot.value);
}

void ConsoleE2e::cleanupTestCase() {
    m_driver.reset();
    m_console.reset();
    m_spam.reset();
    m_credit.reset();
    m_node.reset();
}

} // namespace gnomon::test

QTEST_MAIN(gnomon::test::ConsoleE2e)
#include "console_e2e.moc"
