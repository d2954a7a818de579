// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/comparison_feed.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"

#include <chrono>

namespace gnomon::ui {

namespace {

constexpr std::chrono::seconds kInterval{10};
constexpr std::chrono::milliseconds kPace{800};
constexpr int kAtOnce = 16;

} // namespace

ComparisonFeed::ComparisonFeed(Fleet& fleet, QObject* parent) : QObject(parent), m_fleet(fleet) {
    m_timer.setInterval(kInterval);
    connect(&m_timer, &QTimer::timeout, this, &ComparisonFeed::refresh);
    m_timer.start();
    m_pace.setInterval(kPace);
    connect(&m_pace, &QTimer::timeout, this, &ComparisonFeed::askNext);
    connect(&fleet, &Fleet::sessionChanged, this, [this](NodeSession* session) { askFor(*session); });
    connect(&fleet, &Fleet::sessionAboutToBeRemoved, this,
            [this](NodeSession* session) { drop(session->profile().id); });
}

std::shared_ptr<const Comparison> ComparisonFeed::find(const std::string& profile, const EndpointName& endpoint) const {
    const auto found = m_known.find({profile, endpoint});
    return found == m_known.end() ? nullptr : found->second;
}

void ComparisonFeed::refresh() {
    std::erase_if(m_requests, [](const auto& entry) { return entry.second && !entry.second->pending(); });
    for (NodeSession* session : m_fleet.sessions()) {
        askFor(*session);
    }
}

// Asks for what is not asked for yet.
void ComparisonFeed::askFor(NodeSession& session) {
    if (session.freshness() != Freshness::Live) {
        return;
    }
    for (const EndpointSnapshot& snapshot : session.latest()->endpoints) {
        const Key key{session.profile().id, snapshot.settings.name};
        const auto known = m_known.find(key);
        if (!snapshot.comparison ||
            (known != m_known.end() && !(known->second->experiment == snapshot.comparison->experiment))) {
            forget(key);
        }
        if (snapshot.comparison && m_requests.try_emplace(key).second) {
            m_waiting.push_back(key);
        }
    }
    if (!m_waiting.empty() && !m_pace.isActive()) {
        m_pace.start();
        askNext();
    }
}

void ComparisonFeed::askNext() {
    if (m_waiting.empty()) {
        m_pace.stop();
    }
    for (int i = 0; i < kAtOnce && !m_waiting.empty(); ++i) {
        const Key key = m_waiting.front();
        m_waiting.pop_front();
        ask(key);
    }
}

void ComparisonFeed::ask(const Key& key) {
    NodeSession* session = m_fleet.session(key.first);
    const auto asked = m_requests.find(key);
    if (session == nullptr || asked == m_requests.end()) {
        return; // gone meanwhile
    }
    asked->second = session->getComparison(key.second, [this, key](const Result<Comparison>& result) {
        if (result.ok()) {
            m_known.insert_or_assign(key, std::make_shared<const Comparison>(*result));
            Q_EMIT changed();
        }
    });
}

void ComparisonFeed::forget(const Key& key) {
    m_requests.erase(key);
    std::erase(m_waiting, key);
    m_known.erase(key);
}

void ComparisonFeed::drop(const std::string& profile) {
    const auto ofIt = [&](const auto& entry) { return entry.first.first == profile; };
    std::erase_if(m_requests, ofIt);
    std::erase_if(m_known, ofIt);
    std::erase_if(m_waiting, [&](const Key& key) { return key.first == profile; });
}

} // namespace gnomon::ui
