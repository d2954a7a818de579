// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include "backend/domain/comparison.h"
#include "ui/bridge/request.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gnomon::ui {

class Fleet;
class NodeSession;

// Fetches the full comparison of every endpoint that has a shadow, every ten seconds while its node is live: heartbeats
// carry only its summary. A large fleet's are spread, 20 a second at most, and come less often then. GUI thread only;
// the fleet must outlive it.
class ComparisonFeed final : public QObject {
    Q_OBJECT
public:
    using Key = std::pair<std::string, EndpointName>; // profile, endpoint

    explicit ComparisonFeed(Fleet& fleet, QObject* parent = nullptr);

    // Null while there is none. Of the experiment that the summary names, never of an older one.
    std::shared_ptr<const Comparison> find(const std::string& profile, const EndpointName& endpoint) const;
    void refresh();

Q_SIGNALS:
    void changed();

private:
    void askFor(NodeSession& session);
    void askNext();
    void ask(const Key& key);
    void forget(const Key& key);
    void drop(const std::string& profile);

    Fleet& m_fleet;
    QTimer m_timer;
    QTimer m_pace;
    std::deque<Key> m_waiting;                        // to be asked for
    std::map<Key, std::optional<Request>> m_requests; // of this round, and what is not answered yet; none: waiting
    std::map<Key, std::shared_ptr<const Comparison>> m_known;
};

} // namespace gnomon::ui
