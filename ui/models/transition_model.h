// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include "backend/domain/comparison.h"

#include <vector>

namespace gnomon::ui {

// How production's decisions (rows) turn into the shadow's (columns). GUI thread only.
class TransitionModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        CountRole = Qt::UserRole, // quint64
        ShareRole,                // double, of all pairs
        ShadeRole,                // double 0..1, how strongly to colour the cell: logarithmic in the count
        AgreesRole,               // bool, on the diagonal
        ProductionRole,           // QString
        ShadowRole,               // QString
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setTransitions(const std::vector<TransitionCell>& cells);

    const QStringList& decisions() const { return m_decisions; }
    quint64 total() const { return m_total; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    quint64 count(int production, int shadow) const { return m_counts[production * m_decisions.size() + shadow]; }

    QStringList m_decisions;
    QList<quint64> m_counts; // row by row
    quint64 m_total = 0;
};

} // namespace gnomon::ui
