// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>

#include "backend/domain/audit.h"
#include "ui/bridge/node_session.h"
#include "ui/models/audit_checker.h"
#include "ui/models/cell_roles.h"
#include "ui/models/evidence_table.h"

#include <vector>

namespace gnomon::ui {

// The audit trail, newest first, a window of it. Each row says whether it was proved here. GUI thread only.
class AuditModel final : public EvidenceTable {
    Q_OBJECT
public:
    enum Column {
        ProofColumn,
        SeqColumn,
        TimeColumn,
        WhoColumn,
        WhatColumn,
        ObjectColumn,
        ChangeColumn,
        ReasonColumn,
        ResultColumn,
        ColumnCount
    };
    enum Role {
        SeqRole = Qt::UserRole, // quint64
        FindingRole,            // int(Finding); only in ProofColumn
    };

    explicit AuditModel(QObject* parent = nullptr);

    // Asks for the first page of what matches; with `before`, of what matches and is older.
    void setQuery(NodeSession* session, LogWitness* witness, const AuditFilter& filter);
    void refresh();
    const AuditFilter& filter() const { return m_filter; }

    // Of the newest page: how large the log is, and how many records match.
    std::uint64_t logSize() const { return m_logSize; }
    std::uint64_t matching() const { return m_matching; }
    bool matchingAtLeast() const { return m_atLeast; }

    const StoredRecord* at(int row) const;
    int rowOf(Seq seq) const; // -1 when it is not in the window
    Finding finding(Seq seq) const;
    // The rows that can be seen; they are proved next.
    void prove(int first, int last);
    AuditChecker& checker() { return m_checker; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool hasMore() const override { return m_next.has_value(); }
    void requestMore() override;
    void take(const AuditPage& page);
    QString text(const StoredRecord& stored, int column) const;

    QPointer<NodeSession> m_session;
    AuditFilter m_filter;
    AuditChecker m_checker;
    std::optional<Seq> m_next;
    std::uint64_t m_logSize = 0;
    std::uint64_t m_matching = 0;
    bool m_atLeast = false;
    std::vector<StoredRecord> m_rows;
    Request m_request;
};

} // namespace gnomon::ui
