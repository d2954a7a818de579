// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>

#include "backend/domain/plan.h"
#include "ui/bridge/request.h"

#include <optional>

namespace gnomon::ui {

class NodeSession;

// One change on its way: previewed, confirmed by a person, executed, proven. Executes exactly what was previewed, at
// most once: asking again after a lost answer uses the same request id. It outlives the sheet that shows it, because
// closing a sheet does not take back what was sent. GUI thread only.
class ChangeFlow final : public QObject {
    Q_OBJECT
public:
    enum class State {
        Planning,  // the node works out what would happen
        Planned,   // preview() is there; nothing has changed
        Refused,   // error(): it cannot be planned
        Executing, // sent
        Failed,    // error(): nothing has changed, or outcomeUnknown()
        Proving,   // in force; waiting for the proof of effect
        Proved,    // proof() is complete
        Unproved,  // in force, but not proven in time; awaitProof() asks again
    };

    ChangeFlow(NodeSession& session, const ChangeRequest& request, QObject* parent = nullptr);
    ~ChangeFlow() override;

    // Previews; also anew with other options, as long as nothing was sent.
    void plan(const ChangeRequest& request);
    // REQUIRES: Planned, or Failed with outcomeUnknown().
    void execute(const std::string& reason);
    // REQUIRES: Unproved.
    void awaitProof();

    State state() const { return m_state; }
    bool sent() const { return m_state >= State::Executing; }
    bool inForce() const { return m_state >= State::Proving; }
    const ChangeRequest& request() const { return m_request; }
    // As the node sees it once it has planned: a rollback may turn out to be a step forward.
    Direction direction() const { return m_preview ? m_preview->direction : directionOf(m_request.kind); }
    const std::optional<PlanPreview>& preview() const { return m_preview; }
    const std::optional<ChangeOutcome>& outcome() const { return m_outcome; }
    const std::optional<EffectProof>& proof() const { return m_proof; }
    const std::optional<Error>& error() const { return m_error; }
    // The node did not say that it refused: the change may or may not be in force.
    bool outcomeUnknown() const;
    // Null when the node was disconnected meanwhile: what was under way then ends, for no answer will come.
    NodeSession* session() const;
    const QString& node() const { return m_node; } // its name

Q_SIGNALS:
    void changed();

private:
    void move(State state);
    void sessionGone();

    QPointer<NodeSession> m_session;
    const QString m_node;
    ChangeRequest m_request;
    RequestId m_requestId;
    State m_state = State::Planning;
    std::optional<PlanPreview> m_preview;
    std::optional<ChangeOutcome> m_outcome;
    std::optional<EffectProof> m_proof;
    std::optional<Error> m_error;
    Request m_call;
};

} // namespace gnomon::ui
