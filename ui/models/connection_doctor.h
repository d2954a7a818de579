// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include "backend/port/console_store.h"
#include "ui/bridge/request.h"

#include <memory>
#include <vector>

namespace gnomon {
struct NodeInfo;
struct Principal;
} // namespace gnomon

namespace gnomon::ui {

class Fleet;
class NodeSession;

// One thing that must be right before a node can be worked with.
struct DoctorStep {
    enum class State { Open, Running, Passed, Warned, Failed };

    QString id;    // "address", "files", "reach", "tls", "identity", "clock", "version"
    QString title; // "Address"
    State state = State::Open;
    QString finding; // what was found, with what can be done about it

    bool operator==(const DoctorStep&) const = default;
};

// Why can I not connect? Tries a profile with a connection of its own, beside the fleet, step by step; the first step
// that fails ends the examination. GUI thread only; the fleet must outlive it. Destroying it ends the trial.
class ConnectionDoctor final : public QObject {
    Q_OBJECT
public:
    // ownVersion: of this program, to compare with the node's.
    ConnectionDoctor(const Fleet& fleet, port::ConnectionProfile profile, QString ownVersion,
                     QObject* parent = nullptr);
    ~ConnectionDoctor() override;

    void start();
    void cancel();
    bool running() const { return m_running; }
    const std::vector<DoctorStep>& steps() const { return m_steps; }

Q_SIGNALS:
    void changed();

private:
    bool checkAddress();
    bool checkFiles();
    void reach();
    void followLink();
    void identify();
    void compareClocks(const NodeInfo& node);
    void set(const QString& id, DoctorStep::State state, const QString& finding);
    void end();

    const Fleet& m_fleet;
    const port::ConnectionProfile m_profile;
    const QString m_ownVersion;
    std::vector<DoctorStep> m_steps;
    std::unique_ptr<NodeSession> m_trial;
    Request m_call;
    QTimer m_patience;
    bool m_running = false;
};

// What is wrong with what somebody typed into a profile; empty when nothing is.
QString profileProblem(const port::ConnectionProfile& profile);

} // namespace gnomon::ui
