// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include "backend/base/clock.h"
#include "backend/port/console_store.h"
#include "backend/port/node_gateway.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::ui {

class NodeSession;

using GatewayFactory = std::function<std::unique_ptr<port::NodeGateway>(const port::ConnectionProfile&)>;

// All nodes that this console knows: the stored profiles and, for those that are connected, a session each. Sessions
// are independent: one that is down never holds up another. GUI thread only. store and clock must outlive the fleet.
class Fleet final : public QObject {
    Q_OBJECT
public:
    Fleet(port::ConsoleStore& store, GatewayFactory factory, const Clock& clock, QObject* parent = nullptr);
    ~Fleet() override;

    // Reads the profiles and connects those that ask for it.
    Status load();

    const std::vector<port::ConnectionProfile>& profiles() const { return m_profiles; }
    const port::ConnectionProfile* profile(const std::string& id) const;
    // Stores it; a session of it is opened anew, because its address or certificates may be other ones now.
    Status saveProfile(const port::ConnectionProfile& profile);
    // Also disconnects.
    Status removeProfile(const std::string& id);

    // Null unless connected.
    NodeSession* session(const std::string& profileId) const;
    // In the order of the profiles.
    std::vector<NodeSession*> sessions() const;
    // The session that is there already, or a new one; null when there is no such profile.
    NodeSession* connectTo(const std::string& profileId);
    void disconnectFrom(const std::string& profileId);

    const Clock& clock() const { return m_clock; }
    // A gateway of its own for a trial connection, outside the fleet.
    std::unique_ptr<port::NodeGateway> makeGateway(const port::ConnectionProfile& profile) const;

Q_SIGNALS:
    void profilesChanged();
    void sessionAdded(gnomon::ui::NodeSession* session);
    void sessionAboutToBeRemoved(gnomon::ui::NodeSession* session);
    void sessionRemoved();
    void sessionChanged(gnomon::ui::NodeSession* session); // its link, snapshot or freshness
    void nodeReplaced(gnomon::ui::NodeSession* session);   // another node answers there: forget what the old one said
    void ticked();                                         // once a second: ages on screen have moved

private:
    void tick();

    port::ConsoleStore& m_store;
    const GatewayFactory m_factory;
    const Clock& m_clock;
    std::vector<port::ConnectionProfile> m_profiles;
    std::vector<std::unique_ptr<NodeSession>> m_sessions;
    QTimer m_ticker;
};

} // namespace gnomon::ui
