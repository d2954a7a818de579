// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/generation_model.h"

#include "ui/models/cell_roles.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"

#include <QDateTime>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kBareStamp = 19; // the zone is in the heading

QString changeText(const Generation& generation) {
    QString text = changeWord(generation.kind);
    if (generation.restores) {
        text += GenerationModel::tr(" to %1").arg(generation.restores->value);
    }
    return text;
}

} // namespace

void GenerationModel::setGenerations(const std::vector<Generation>& newestFirst) {
    std::vector<GenerationRow> rows;
    for (const Generation& generation : newestFirst) {
        rows.push_back({generation, rows.empty()});
    }
    setRows(std::move(rows),
            [](const GenerationRow& row) { return std::pair(row.generation.endpoint, row.generation.number); });
}

std::vector<Generation> GenerationModel::generations() const {
    std::vector<Generation> newestFirst;
    for (const GenerationRow& row : rows()) {
        newestFirst.push_back(row.generation);
    }
    return newestFirst;
}

void GenerationModel::setZone(const QTimeZone& zone) {
    m_zone = zone;
    touchAll();
    Q_EMIT headerDataChanged(Qt::Horizontal, TimeColumn, TimeColumn);
}

QVariant GenerationModel::heading(int column) const {
    switch (static_cast<Column>(column)) {
    case NumberColumn:
        return tr("Gen");
    case TimeColumn:
        return tr("When (%1)").arg(m_zone.abbreviation(QDateTime::currentDateTimeUtc()));
    case ChangeColumn:
        return tr("Change");
    case ActorColumn:
        return tr("Who");
    case DeploymentColumn:
        return tr("Deployment");
    case ReasonColumn:
        return tr("Reason");
    case ColumnCount:
        break;
    }
    return {};
}

Qt::Alignment GenerationModel::align(int column) const {
    return column == NumberColumn ? Qt::AlignRight : Qt::AlignLeft;
}

QVariant GenerationModel::cell(const GenerationRow& row, int column, int role) const {
    const Generation& g = row.generation;
    if (role == Qt::TextAlignmentRole) {
        return alignment(column);
    }
    if (role == MutedRole) {
        return !row.inForce && column != ChangeColumn;
    }
    if (role == Qt::ToolTipRole && (column == DeploymentColumn || column == ReasonColumn)) {
        return cell(row, column, Qt::DisplayRole);
    }
    if (role != Qt::DisplayRole && role != SortRole) {
        return {};
    }
    const bool raw = role == SortRole;
    switch (static_cast<Column>(column)) {
    case NumberColumn:
        return raw ? QVariant(quint64(g.number.value)) : QVariant(QString::number(g.number.value));
    case TimeColumn:
        return raw ? QVariant(qint64(g.time.time_since_epoch().count()))
                   : QVariant(stampText(g.time, m_zone).left(kBareStamp));
    case ChangeColumn:
        return row.inForce ? tr("%1 (in force)").arg(changeText(g)) : changeText(g);
    case ActorColumn:
        return actorText(g.actor);
    case DeploymentColumn:
        return deploymentText(g.deployment);
    case ReasonColumn:
        return g.reason.empty() ? dash() : QString::fromStdString(printable(g.reason, 400));
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace gnomon::ui
