// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "backend/domain/deployment.h"
#include "ui/bridge/request.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnomon::ui {

class Fleet;
class NodeSession;

// The history of every endpoint of every live node, asked for anew whenever one of them changes. One that could not be
// read is asked for again at its next change, or by refresh(). One per fleet is enough, and of() gives it. GUI thread
// only; the fleet must outlive it.
class HistoryFeed final : public QObject {
    Q_OBJECT
public:
    using Key = std::pair<std::string, EndpointName>; // profile, endpoint

    explicit HistoryFeed(Fleet& fleet, QObject* parent = nullptr);
    // The fleet's own, made at the first call.
    static HistoryFeed& of(Fleet& fleet);

    // Newest first; empty while it is not known.
    const std::vector<Generation>& find(const std::string& profile, const EndpointName& endpoint) const;
    // Why the newest could not be read; null when it could, or is still awaited.
    const Error* error(const std::string& profile, const EndpointName& endpoint) const;
    bool isLoading(const std::string& profile, const EndpointName& endpoint) const;
    void refresh();

Q_SIGNALS:
    void changed();

private:
    struct Entry {
        GenerationNumber asked; // up to which generation
        Request request;
        std::vector<Generation> history;
        std::optional<Error> error;
    };
    void askFor(NodeSession& session);
    void forget(const std::string& profile);

    Fleet& m_fleet;
    std::map<Key, Entry> m_entries;
};

} // namespace gnomon::ui
