// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/history_feed.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"

namespace gnomon::ui {

HistoryFeed::HistoryFeed(Fleet& fleet, QObject* parent) : QObject(parent), m_fleet(fleet) {
    connect(&fleet, &Fleet::sessionChanged, this, [this](NodeSession* session) { askFor(*session); });
    connect(&fleet, &Fleet::sessionAboutToBeRemoved, this, [this](NodeSession* session) {
        forget(session->profile().id);
        Q_EMIT changed();
    });
    refresh();
}

HistoryFeed& HistoryFeed::of(Fleet& fleet) {
    auto* feed = fleet.findChild<HistoryFeed*>(QString(), Qt::FindDirectChildrenOnly);
    return feed != nullptr ? *feed : *new HistoryFeed(fleet, &fleet);
}

const std::vector<Generation>& HistoryFeed::find(const std::string& profile, const EndpointName& endpoint) const {
    static const std::vector<Generation> kNone;
    const auto found = m_entries.find({profile, endpoint});
    return found == m_entries.end() ? kNone : found->second.history;
}

const Error* HistoryFeed::error(const std::string& profile, const EndpointName& endpoint) const {
    const auto found = m_entries.find({profile, endpoint});
    return found == m_entries.end() || !found->second.error ? nullptr : &*found->second.error;
}

bool HistoryFeed::isLoading(const std::string& profile, const EndpointName& endpoint) const {
    const auto found = m_entries.find({profile, endpoint});
    return found == m_entries.end() || found->second.request.pending();
}

void HistoryFeed::forget(const std::string& profile) {
    std::erase_if(m_entries, [&](const auto& entry) { return entry.first.first == profile; });
}

void HistoryFeed::refresh() {
    for (auto& [key, entry] : m_entries) {
        entry.asked = {};
    }
    for (NodeSession* session : m_fleet.sessions()) {
        askFor(*session);
    }
}

void HistoryFeed::askFor(NodeSession& session) {
    if (session.latest() == nullptr) { // another node answers there now
        forget(session.profile().id);
        return;
    }
    if (session.freshness() != Freshness::Live) {
        return;
    }
    for (const EndpointSnapshot& snapshot : session.latest()->endpoints) {
        const Key key{session.profile().id, snapshot.settings.name};
        Entry& entry = m_entries[key];
        if (entry.asked == snapshot.generation.number) {
            continue;
        }
        entry.asked = snapshot.generation.number;
        entry.error.reset();
        entry.request = session.listGenerations(key.second, [this, key](const Result<std::vector<Generation>>& result) {
            if (result.ok()) {
                m_entries[key].history = *result;
            } else {
                m_entries[key].error = result.error();
            }
            Q_EMIT changed();
        });
    }
}

} // namespace gnomon::ui
