// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/change_flow.h"

#include "ui/bridge/node_session.h"

#include <QUuid>

#include <chrono>
#include <utility>

namespace gnomon::ui {

namespace {

constexpr std::chrono::seconds kProofWait{10};

Error gone() {
    return {ErrorCode::Unavailable, "this node is not connected any more", "connect to it and look what is in force"};
}

} // namespace

ChangeFlow::ChangeFlow(NodeSession& session, const ChangeRequest& request, QObject* parent)
    : QObject(parent), m_session(&session), m_node(session.name()) {
    connect(&session, &QObject::destroyed, this, &ChangeFlow::sessionGone);
    plan(request);
}

ChangeFlow::~ChangeFlow() = default;

NodeSession* ChangeFlow::session() const {
    return m_session;
}

void ChangeFlow::plan(const ChangeRequest& request) {
    if (sent() && !(m_state == State::Failed && !outcomeUnknown())) {
        return;
    }
    m_request = request;
    m_preview.reset();
    m_error.reset();
    // What follows is another change than one that may have been sent before.
    m_requestId = RequestId(QUuid::createUuid().toString(QUuid::Id128).toStdString());
    move(State::Planning);
    if (m_session == nullptr) {
        m_error = gone();
        move(State::Refused);
        return;
    }
    m_call = m_session->planChange(request, [this](const Result<PlanPreview>& result) {
        if (result.ok()) {
            m_preview = *result;
            move(State::Planned);
        } else {
            m_error = result.error();
            move(State::Refused);
        }
    });
}

void ChangeFlow::execute(const std::string& reason) {
    if (m_state != State::Planned && !(m_state == State::Failed && outcomeUnknown())) {
        return;
    }
    m_error.reset();
    move(State::Executing);
    if (m_session == nullptr) {
        m_error = gone();
        move(State::Failed);
        return;
    }
    m_call =
        m_session->executePlan({m_preview->digest, m_requestId, reason}, [this](const Result<ChangeOutcome>& result) {
            if (result.ok()) {
                m_outcome = *result;
                move(State::Unproved);
                awaitProof();
            } else {
                m_error = result.error();
                move(State::Failed);
            }
        });
}

void ChangeFlow::awaitProof() {
    if (m_state != State::Unproved || m_session == nullptr) {
        return;
    }
    m_error.reset();
    move(State::Proving);
    const Generation& made = m_outcome->generation;
    m_call = m_session->watchEffect(made.endpoint, made.number, kProofWait, [this](const Result<EffectProof>& result) {
        if (result.ok()) {
            m_proof = *result;
        } else {
            m_error = result.error();
        }
        move(result.ok() && result->complete ? State::Proved : State::Unproved);
    });
}

bool ChangeFlow::outcomeUnknown() const {
    if (m_state != State::Failed || !m_error) {
        return false;
    }
    return !isRefusal(m_error->code);
}

void ChangeFlow::sessionGone() {
    m_session.clear();
    m_call.cancel();
    switch (m_state) {
    case State::Planning:
    case State::Planned:
        m_error = gone();
        move(State::Refused);
        break;
    case State::Executing:
        m_error = gone();
        move(State::Failed);
        break;
    case State::Proving:
        m_error = gone();
        move(State::Unproved);
        break;
    case State::Refused:
    case State::Failed:
    case State::Proved:
    case State::Unproved:
        Q_EMIT changed();
        break;
    }
}

void ChangeFlow::move(State state) {
    m_state = state;
    Q_EMIT changed();
}

} // namespace gnomon::ui
