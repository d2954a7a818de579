// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/change_timeline.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"
#include "ui/models/history_feed.h"

#include <QCoreApplication>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMost = 500;

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ChangeTimeline", text);
}

CellTone toneOf(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Fallback:
        return CellTone::Act;
    case ChangeKind::Rollback:
    case ChangeKind::Disable:
        return CellTone::Watch;
    case ChangeKind::Promote:
        return CellTone::Calm;
    case ChangeKind::Initial:
    case ChangeKind::Restore:
    case ChangeKind::ShadowStart:
    case ChangeKind::ShadowStop:
    case ChangeKind::ShadowMirror:
    case ChangeKind::Enable:
        break;
    }
    return CellTone::Open;
}

TimelineChange changeOf(const NodeSession& session, const Generation& g, const QTimeZone& zone) {
    const QString endpoint = QString::fromStdString(g.endpoint.value);
    QString text =
        tr("%1  %2 on %3: %4 by %5")
            .arg(stampText(g.time, zone), endpoint, session.name(), changeWord(g.kind).toLower(), actorText(g.actor));
    text += u"; "_s + deploymentText(g.deployment);
    if (!g.reason.empty()) {
        text += tr(". Reason: %1").arg(QString::fromStdString(printable(g.reason, 200)));
    }
    return {session.profile().id, g.endpoint, g.time, toneOf(g.kind), changeWord(g.kind) + u' ' + endpoint, text};
}

} // namespace

std::vector<TimelineChange> changeTimeline(const Fleet& fleet, const HistoryFeed& history, const QTimeZone& zone) {
    std::vector<TimelineChange> changes;
    for (const NodeSession* session : fleet.sessions()) {
        if (session->latest() == nullptr) {
            continue;
        }
        for (const EndpointSnapshot& snapshot : session->latest()->endpoints) {
            for (const Generation& generation : history.find(session->profile().id, snapshot.settings.name)) {
                changes.push_back(changeOf(*session, generation, zone));
            }
        }
    }
    std::ranges::stable_sort(changes, {}, &TimelineChange::time);
    if (changes.size() > kMost) {
        changes.erase(changes.begin(), changes.end() - kMost);
    }
    return changes;
}

} // namespace gnomon::ui
