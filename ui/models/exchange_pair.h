// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "backend/port/node_gateway.h"
#include "ui/models/cell_roles.h"

#include <QList>
#include <QString>

namespace gnomon::ui {

// One request, field by field: what was asked, and what each version made of it. Rows whose two sides differ say so.
class ExchangePairModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { FieldColumn, ProductionColumn, ShadowColumn, ColumnCount };
    enum Role {
        DiffersRole = Qt::UserRole, // bool
        SharedRole,                 // bool: both sides are the same thing, shown once (inputs)
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setDetail(const port::ExchangeDetail& detail);
    void clear();
    // Everything as tab-separated text, for the clipboard.
    QString asText() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString field;
        QString production;
        QString shadow;
        bool group = false;
        bool shared = false;
        bool compared = true; // false: the sides are never the same, such as latencies
    };
    void addLegs(const Exchange& exchange);
    void addPayload(const ExchangePayload& payload, const Exchange& exchange);

    QString m_productionTitle;
    QString m_shadowTitle;
    QList<Row> m_rows;
};

} // namespace gnomon::ui
