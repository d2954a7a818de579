// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/connection_doctor.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"

#include <QFileInfo>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using State = DoctorStep::State;

namespace {

constexpr auto kPatience = 10s;
constexpr auto kClockWarning = 2s;  // heartbeats and ages start to read wrong
constexpr auto kClockFailure = 60s; // certificates and tokens are refused

// Empty when it is host:port with a port that exists.
QString addressProblem(const std::string& address) {
    const QString text = QString::fromStdString(address).trimmed();
    const qsizetype colon = text.lastIndexOf(u':');
    bool number = false;
    const int port = text.mid(colon + 1).toInt(&number);
    if (colon <= 0 || !number || port < 1 || port > 65535) {
        return ConnectionDoctor::tr("The address must be host:port, for example localhost:8443.");
    }
    return {};
}

QString majorMinor(const QString& version) {
    return version.section(u'.', 0, 1);
}

} // namespace

QString profileProblem(const port::ConnectionProfile& profile) {
    if (QString::fromStdString(profile.name).trimmed().isEmpty()) {
        return ConnectionDoctor::tr("Give the connection a name.");
    }
    const QString address = addressProblem(profile.address);
    if (!address.isEmpty()) {
        return address;
    }
    if (!profile.plaintext && (profile.caFile.empty() || profile.certificateFile.empty() || profile.keyFile.empty())) {
        return ConnectionDoctor::tr("TLS needs three files: the authority's certificate, yours, and your key.");
    }
    return {};
}

ConnectionDoctor::ConnectionDoctor(const Fleet& fleet, port::ConnectionProfile profile, QString ownVersion,
                                   QObject* parent)
    : QObject(parent), m_fleet(fleet), m_profile(std::move(profile)), m_ownVersion(std::move(ownVersion)),
      m_steps({{u"address"_s, tr("Address"), State::Open, {}},
               {u"files"_s, tr("Files"), State::Open, {}},
               {u"reach"_s, tr("Reach"), State::Open, {}},
               {u"tls"_s, tr("TLS"), State::Open, {}},
               {u"identity"_s, tr("Identity"), State::Open, {}},
               {u"clock"_s, tr("Clock"), State::Open, {}},
               {u"version"_s, tr("Version"), State::Open, {}}}) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        const auto waiting = std::ranges::find(m_steps, State::Running, &DoctorStep::state);
        if (waiting != m_steps.end()) {
            set(waiting->id, State::Failed, tr("No answer within %1.").arg(durationText(kPatience)));
        }
        end();
    });
}

ConnectionDoctor::~ConnectionDoctor() = default;

void ConnectionDoctor::start() {
    m_running = true;
    if (!checkAddress() || !checkFiles()) {
        end();
        return;
    }
    reach();
}

void ConnectionDoctor::cancel() {
    for (DoctorStep& step : m_steps) {
        step.state = step.state == State::Running ? State::Open : step.state;
    }
    end();
}

bool ConnectionDoctor::checkAddress() {
    const QString problem = addressProblem(m_profile.address);
    set(u"address"_s, problem.isEmpty() ? State::Passed : State::Failed,
        problem.isEmpty() ? QString::fromStdString(m_profile.address) : problem);
    return problem.isEmpty();
}

bool ConnectionDoctor::checkFiles() {
    if (m_profile.plaintext) {
        set(u"files"_s, State::Warned, tr("None are used."));
        return true;
    }
    for (const std::string& file : {m_profile.caFile, m_profile.certificateFile, m_profile.keyFile}) {
        const QFileInfo info(QString::fromStdString(file));
        if (!info.isFile() || !info.isReadable()) {
            set(u"files"_s, State::Failed,
                tr("%1 cannot be read. Check the path and your rights to it.").arg(QString::fromStdString(file)));
            return false;
        }
    }
    set(u"files"_s, State::Passed, tr("All three can be read."));
    return true;
}

void ConnectionDoctor::reach() {
    set(u"reach"_s, State::Running, tr("Connecting…"));
    m_patience.start();
    m_trial = std::make_unique<NodeSession>(m_profile, m_fleet.makeGateway(m_profile), m_fleet.clock());
    connect(m_trial.get(), &NodeSession::linkChanged, this, &ConnectionDoctor::followLink);
    m_trial->open();
}

void ConnectionDoctor::followLink() {
    const port::LinkStatus& link = m_trial->link();
    const QString why =
        link.error ? sentenceOf(link.error->message) + u' ' + sentenceOf(link.error->remedy) : QString();
    if (!m_running || m_call.pending()) {
        return;
    }
    switch (link.state) {
    case port::LinkState::Connecting:
        return;
    case port::LinkState::Waiting:
    case port::LinkState::Closed:
        set(u"reach"_s, State::Failed, why.isEmpty() ? tr("Nobody answers there.") : why);
        end();
        return;
    case port::LinkState::Refused:
        set(u"reach"_s, State::Passed, tr("Somebody answers."));
        set(u"tls"_s, State::Failed, why.isEmpty() ? tr("The node refused the connection.") : why);
        end();
        return;
    case port::LinkState::Live:
        set(u"reach"_s, State::Passed, tr("The node answers."));
        m_profile.plaintext
            ? set(u"tls"_s, State::Warned, tr("UNPROTECTED: anybody in between can read and change what is sent."))
            : set(u"tls"_s, State::Passed, tr("Both sides are who their certificates say."));
        identify();
        return;
    }
}

void ConnectionDoctor::identify() {
    set(u"identity"_s, State::Running, tr("Asking who I am…"));
    m_call = m_trial->whoAmI([this](const Result<Principal>& result) {
        if (!result.ok()) {
            set(u"identity"_s, State::Failed,
                sentenceOf(result.error().message) + u' ' + sentenceOf(result.error().remedy));
            end();
            return;
        }
        set(u"identity"_s, State::Passed,
            tr("%1, role %2").arg(actorText(result->actor), QString::fromStdString(printable(result->role, 60))));
        set(u"clock"_s, State::Running, {});
        m_call = m_trial->getNode([this](const Result<NodeInfo>& node) {
            if (node.ok()) {
                compareClocks(*node);
            } else {
                set(u"clock"_s, State::Failed, sentenceOf(node.error().message));
            }
            end();
        });
    });
}

void ConnectionDoctor::compareClocks(const NodeInfo& node) {
    const auto skew =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_fleet.clock().wallNow() - node.stamp.serverTime);
    const auto size = std::chrono::abs(skew);
    const QString finding = size < kClockWarning
                                ? tr("within %1").arg(durationText(size))
                                : tr("Your clock is %1 %2. Set both clocks by NTP.")
                                      .arg(durationText(size), skew > 0ms ? tr("ahead") : tr("behind"));
    set(u"clock"_s,
        size < kClockWarning   ? State::Passed
        : size < kClockFailure ? State::Warned
                               : State::Failed,
        finding);
    const QString theirs = QString::fromStdString(printable(node.softwareVersion, 40));
    const bool same = m_ownVersion.isEmpty() || majorMinor(theirs) == majorMinor(m_ownVersion);
    set(u"version"_s, same ? State::Passed : State::Warned,
        same ? tr("gnomond %1").arg(theirs)
             : tr("gnomond %1, but this console is %2: what one does not know is left out.").arg(theirs, m_ownVersion));
}

void ConnectionDoctor::set(const QString& id, State state, const QString& finding) {
    const auto step = std::ranges::find(m_steps, id, &DoctorStep::id);
    step->state = state;
    step->finding = finding.trimmed();
    Q_EMIT changed();
}

// The trial is not destroyed here: this may run inside one of its signals.
void ConnectionDoctor::end() {
    m_running = false;
    m_patience.stop();
    if (m_trial) {
        m_trial.release()->deleteLater();
    }
    Q_EMIT changed();
}

} // namespace gnomon::ui
