// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/connection_model.h"

#include "ui/bridge/fleet.h"
#include "ui/bridge/node_session.h"
#include "ui/models/format.h"

#include <algorithm>
#include <tuple>

namespace gnomon::ui {

ConnectionModel::ConnectionModel(const Fleet& fleet, QObject* parent)
    : LiveTable(parent), m_fleet(fleet), m_soon(kFleetCadence, [this] { refresh(); }) {
    connect(&fleet, &Fleet::profilesChanged, this, &ConnectionModel::refresh);
    connect(&fleet, &Fleet::sessionAdded, this, &ConnectionModel::refresh);
    connect(&fleet, &Fleet::sessionRemoved, this, &ConnectionModel::refresh);
    connect(&fleet, &Fleet::sessionChanged, &m_soon, &Coalescer::ask);
    connect(&fleet, &Fleet::ticked, this, &ConnectionModel::refresh);
    refresh();
}

int ConnectionModel::rowOf(const std::string& profileId) const {
    const auto found = std::ranges::find(rows(), profileId, [](const ConnectionRow& row) { return row.profile.id; });
    return found == rows().end() ? -1 : static_cast<int>(found - rows().begin());
}

void ConnectionModel::refresh() {
    std::vector<ConnectionRow> fresh;
    for (const port::ConnectionProfile& profile : m_fleet.profiles()) {
        ConnectionRow& row = fresh.emplace_back();
        row.profile = profile;
        if (const NodeSession* session = m_fleet.session(profile.id)) {
            row.connected = true;
            row.link = linkWords(*session, QTimeZone::utc());
        } else {
            row.link.word = tr("not connected");
        }
    }
    std::ranges::stable_sort(
        fresh, {}, [](const ConnectionRow& row) { return std::tie(row.profile.environment, row.profile.name); });
    setRows(std::move(fresh), [](const ConnectionRow& row) { return row.profile.id; });
}

QVariant ConnectionModel::heading(int column) const {
    switch (static_cast<Column>(column)) {
    case StateColumn:
        return tr("Link");
    case NameColumn:
        return tr("Connection");
    case EnvironmentColumn:
        return tr("Environment");
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ConnectionModel::cell(const ConnectionRow& row, int column, int role) const {
    if (role == ToneRole) {
        return column == StateColumn ? QVariant::fromValue(row.link.tone) : QVariant();
    }
    if (role == MutedRole) {
        return column == EnvironmentColumn;
    }
    if (role == Qt::ToolTipRole) {
        return row.link.sentence;
    }
    if (role != Qt::DisplayRole && role != SortRole) {
        return {};
    }
    switch (static_cast<Column>(column)) {
    case StateColumn:
        return row.link.word;
    case NameColumn:
        return QString::fromStdString(row.profile.name);
    case EnvironmentColumn:
        return environmentWord(row.profile.environment);
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace gnomon::ui
