// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/fleet.h"

#include "ui/bridge/node_session.h"

#include <algorithm>
#include <utility>

namespace gnomon::ui {

Fleet::Fleet(port::ConsoleStore& store, GatewayFactory factory, const Clock& clock, QObject* parent)
    : QObject(parent), m_store(store), m_factory(std::move(factory)), m_clock(clock) {
    m_ticker.setInterval(std::chrono::seconds{1});
    connect(&m_ticker, &QTimer::timeout, this, &Fleet::tick);
    m_ticker.start();
}

Fleet::~Fleet() = default;

Status Fleet::load() {
    GNOMON_ASSIGN(m_profiles, m_store.profiles());
    Q_EMIT profilesChanged();
    for (const port::ConnectionProfile& profile : m_profiles) {
        if (profile.connectAtStart) {
            connectTo(profile.id);
        }
    }
    return {};
}

const port::ConnectionProfile* Fleet::profile(const std::string& id) const {
    const auto found = std::ranges::find(m_profiles, id, &port::ConnectionProfile::id);
    return found == m_profiles.end() ? nullptr : &*found;
}

Status Fleet::saveProfile(const port::ConnectionProfile& profile) {
    GNOMON_TRY(m_store.saveProfile(profile));
    const bool wasConnected = session(profile.id) != nullptr;
    disconnectFrom(profile.id);
    GNOMON_ASSIGN(m_profiles, m_store.profiles());
    Q_EMIT profilesChanged();
    if (wasConnected) {
        connectTo(profile.id);
    }
    return {};
}

Status Fleet::removeProfile(const std::string& id) {
    GNOMON_TRY(m_store.removeProfile(id));
    disconnectFrom(id);
    GNOMON_ASSIGN(m_profiles, m_store.profiles());
    Q_EMIT profilesChanged();
    return {};
}

NodeSession* Fleet::session(const std::string& profileId) const {
    for (const auto& session : m_sessions) {
        if (session->profile().id == profileId) {
            return session.get();
        }
    }
    return nullptr;
}

std::vector<NodeSession*> Fleet::sessions() const {
    std::vector<NodeSession*> ordered;
    for (const port::ConnectionProfile& profile : m_profiles) {
        if (NodeSession* found = session(profile.id)) {
            ordered.push_back(found);
        }
    }
    return ordered;
}

NodeSession* Fleet::connectTo(const std::string& profileId) {
    if (NodeSession* existing = session(profileId)) {
        return existing;
    }
    const port::ConnectionProfile* found = profile(profileId);
    if (found == nullptr) {
        return nullptr;
    }
    auto made = std::make_unique<NodeSession>(*found, m_factory(*found), m_clock);
    NodeSession* session = made.get();
    const auto changed = [this, session] { Q_EMIT sessionChanged(session); };
    connect(session, &NodeSession::linkChanged, this, changed);
    connect(session, &NodeSession::updated, this, changed);
    connect(session, &NodeSession::freshnessChanged, this, changed);
    connect(session, &NodeSession::nodeReplaced, this, [this, session] { Q_EMIT nodeReplaced(session); });
    m_sessions.push_back(std::move(made));
    Q_EMIT sessionAdded(session);
    session->open();
    return session;
}

void Fleet::disconnectFrom(const std::string& profileId) {
    const auto found =
        std::ranges::find_if(m_sessions, [&](const auto& session) { return session->profile().id == profileId; });
    if (found == m_sessions.end()) {
        return;
    }
    Q_EMIT sessionAboutToBeRemoved(found->get());
    const auto ending = std::move(*found);
    m_sessions.erase(found);
    Q_EMIT sessionRemoved();
}

std::unique_ptr<port::NodeGateway> Fleet::makeGateway(const port::ConnectionProfile& profile) const {
    return m_factory(profile);
}

void Fleet::tick() {
    for (const auto& session : m_sessions) {
        session->tick();
    }
    Q_EMIT ticked();
}

} // namespace gnomon::ui
