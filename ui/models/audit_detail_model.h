// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QTimeZone>

#include "backend/domain/audit.h"
#include "ui/models/audit_checker.h"
#include "ui/models/cell_roles.h"

#include <QList>
#include <QString>

namespace gnomon::ui {

// One record in full: what it changed, before and after, then everything else that was recorded, then how it was
// proved.
class AuditDetailModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { FieldColumn, BeforeColumn, AfterColumn, ColumnCount };
    enum Role {
        SingleRole = Qt::UserRole, // bool: one value, in BeforeColumn, that takes the room of both
    };

    using QAbstractTableModel::QAbstractTableModel;

    // proof may be null: nothing was proved yet.
    void setRecord(const StoredRecord& stored, const RecordProof* proof, const QTimeZone& zone);
    void clear();
    QString asText() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString field;
        QString before;
        QString after;
        bool group = false;
        bool single = true;
    };
    void heading(const QString& text);
    void fact(const QString& field, const QString& value);
    void addChanges(const StoredRecord& stored);
    void addFacts(const StoredRecord& stored, const QTimeZone& zone);
    void addProof(const StoredRecord& stored, const RecordProof& proof);

    QList<Row> m_rows;
};

} // namespace gnomon::ui
