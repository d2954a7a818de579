// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fake_console_store.h"
#include "tests/support/fake_gateway.h"
#include "tests/support/manual_clock.h"
#include "ui/bridge/fleet.h"
#include "ui/models/connection_doctor.h"

using namespace gnomon;
using namespace gnomon::ui;
using namespace std::chrono_literals;
using State = DoctorStep::State;

class ConnectionDoctorTest : public QObject {
    Q_OBJECT

private:
    test::ManualClock m_clock;
    test::FakeConsoleStore m_store;
    std::shared_ptr<test::FakeNode> m_node;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<QTemporaryDir> m_folder;

    port::ConnectionProfile profile() const {
        port::ConnectionProfile made;
        made.name = "a";
        made.address = "localhost:7443";
        made.caFile = made.certificateFile = made.keyFile = m_folder->filePath(QStringLiteral("pem")).toStdString();
        return made;
    }
    static State stateOf(const ConnectionDoctor& doctor, const char* id) {
        return std::ranges::find(doctor.steps(), QString::fromLatin1(id), &DoctorStep::id)->state;
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        QFile file(m_folder->filePath(QStringLiteral("pem")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        m_node = std::make_shared<test::FakeNode>(m_clock.wallNow());
        m_fleet = std::make_unique<Fleet>(
            m_store, [this](const auto&) { return std::make_unique<test::FakeGateway>(m_node); }, m_clock);
    }

    void healthyNodePassesEveryStep() {
        ConnectionDoctor doctor(*m_fleet, profile(), QStringLiteral("0.1.7"));
        m_node->goLive();
        doctor.start();
        QTRY_VERIFY(!doctor.running());
        for (const DoctorStep& step : doctor.steps()) {
            QVERIFY2(step.state == State::Passed, qPrintable(step.finding));
        }
    }

    void badAddressEndsAtTheFirstStep() {
        for (const char* address : {"", "localhost", "localhost:", "localhost:0", "localhost:99999", ":7443"}) {
            port::ConnectionProfile bad = profile();
            bad.address = address;
            ConnectionDoctor doctor(*m_fleet, bad, {});
            doctor.start();
            QVERIFY(!doctor.running());
            QCOMPARE(stateOf(doctor, "address"), State::Failed);
            QCOMPARE(stateOf(doctor, "reach"), State::Open);
        }
    }

    void missingFileIsNamed() {
        port::ConnectionProfile bad = profile();
        bad.keyFile = "/no/such/key.pem";
        ConnectionDoctor doctor(*m_fleet, bad, {});
        doctor.start();
        QCOMPARE(stateOf(doctor, "files"), State::Failed);
        QVERIFY(doctor.steps()[1].finding.contains(QStringLiteral("/no/such/key.pem")));
    }

    void refusalIsToldFromSilence() {
        port::LinkStatus refused;
        refused.state = port::LinkState::Refused;
        refused.error = Error{ErrorCode::Unauthenticated, "the certificate expired yesterday", "renew it"};
        m_node->setLink(refused);
        ConnectionDoctor tls(*m_fleet, profile(), {});
        tls.start();
        QTRY_VERIFY(!tls.running());
        QCOMPARE(stateOf(tls, "reach"), State::Passed);
        QCOMPARE(stateOf(tls, "tls"), State::Failed);
        port::LinkStatus waiting;
        waiting.state = port::LinkState::Waiting;
        m_node->setLink(waiting);
        ConnectionDoctor silent(*m_fleet, profile(), {});
        silent.start();
        QTRY_VERIFY(!silent.running());
        QCOMPARE(stateOf(silent, "reach"), State::Failed);
        QCOMPARE(stateOf(silent, "tls"), State::Open);
    }

    void plaintextIsShownAsUnprotected() {
        port::ConnectionProfile open = profile();
        open.plaintext = true;
        ConnectionDoctor doctor(*m_fleet, open, {});
        m_node->goLive();
        doctor.start();
        QTRY_VERIFY(!doctor.running());
        QCOMPARE(stateOf(doctor, "tls"), State::Warned);
        QVERIFY(doctor.steps()[3].finding.contains(QStringLiteral("UNPROTECTED")));
    }

    void clockThatIsOffIsMeasured() {
        ConnectionDoctor doctor(*m_fleet, profile(), QStringLiteral("0.1.0"));
        m_clock.advance(94s); // the node's stamp stays behind
        m_node->goLive();
        doctor.start();
        QTRY_VERIFY(!doctor.running());
        QCOMPARE(stateOf(doctor, "clock"), State::Failed);
        QVERIFY(doctor.steps()[5].finding.contains(QStringLiteral("94 s ahead")));
    }

    void otherVersionIsAWarning() {
        ConnectionDoctor doctor(*m_fleet, profile(), QStringLiteral("0.2.0"));
        m_node->goLive();
        doctor.start();
        QTRY_VERIFY(!doctor.running());
        QCOMPARE(stateOf(doctor, "version"), State::Warned);
    }

    void profileNeedsNameAddressAndFiles() {
        port::ConnectionProfile typed = profile();
        QVERIFY(profileProblem(typed).isEmpty());
        typed.keyFile.clear();
        QVERIFY(!profileProblem(typed).isEmpty());
        typed.plaintext = true;
        QVERIFY(profileProblem(typed).isEmpty());
        typed.name = "  ";
        QVERIFY(!profileProblem(typed).isEmpty());
    }
};

QTEST_GUILESS_MAIN(ConnectionDoctorTest)
#include "connection_doctor_test.moc"
