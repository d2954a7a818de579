// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/transition_model.h"

#include "ui/models/evidence_format.h"

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void TransitionModel::setTransitions(const std::vector<TransitionCell>& cells) {
    QStringList decisions;
    for (const TransitionCell& cell : cells) {
        decisions << QString::fromStdString(cell.production) << QString::fromStdString(cell.shadow);
    }
    decisions.sort();
    decisions.removeDuplicates();
    QList<quint64> counts(decisions.size() * decisions.size(), 0);
    quint64 total = 0;
    for (const TransitionCell& cell : cells) {
        const qsizetype row = decisions.indexOf(QString::fromStdString(cell.production));
        const qsizetype column = decisions.indexOf(QString::fromStdString(cell.shadow));
        counts[row * decisions.size() + column] += cell.count;
        total += cell.count;
    }
    const bool reshaped = decisions != m_decisions;
    if (reshaped) {
        beginResetModel();
    }
    m_decisions = decisions;
    m_counts = counts;
    m_total = total;
    if (reshaped) {
        endResetModel();
    } else if (!m_decisions.isEmpty()) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
}

int TransitionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_decisions.size());
}

int TransitionModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_decisions.size());
}

QVariant TransitionModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const quint64 n = count(index.row(), index.column());
    const double share = m_total == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(m_total);
    const QString& production = m_decisions[index.row()];
    const QString& shadow = m_decisions[index.column()];
    switch (role) {
    case Qt::DisplayRole:
        return n == 0 ? u"0"_s : QString(countText(n) + u"\n"_s + shareText(share));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignCenter));
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole:
        return index.row() == index.column()
                   ? tr("Both say %1: %2 pairs, %3").arg(production, countText(n), shareText(share))
                   : tr("Production says %1, the shadow %2: %3 pairs, %4. Enter lists them.")
                         .arg(production, shadow, countText(n), shareText(share));
    case CountRole:
        return n;
    case ShareRole:
        return share;
    case ShadeRole:
        return m_total < 2 ? 0.0 : std::log1p(static_cast<double>(n)) / std::log1p(static_cast<double>(m_total));
    case AgreesRole:
        return index.row() == index.column();
    case ProductionRole:
        return production;
    case ShadowRole:
        return shadow;
    default:
        return {};
    }
}

QVariant TransitionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (section < 0 || section >= m_decisions.size()) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_decisions[section];
    }
    if (role == Qt::AccessibleTextRole || role == Qt::ToolTipRole) {
        return orientation == Qt::Vertical ? tr("Production says %1").arg(m_decisions[section])
                                           : tr("Shadow says %1").arg(m_decisions[section]);
    }
    return {};
}

} // namespace gnomon::ui
