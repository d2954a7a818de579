// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>

#include "backend/domain/exchange.h"
#include "ui/bridge/node_session.h"
#include "ui/models/cell_roles.h"
#include "ui/models/evidence_table.h"

#include <vector>

namespace gnomon::ui {

// The requests that both versions answered, as the node orders them: most disagreeing first, or newest first.
class ExchangeModel final : public EvidenceTable {
    Q_OBJECT
public:
    enum Column {
        TimeColumn,
        RequestColumn,
        ProductionColumn,
        ProductionScoreColumn,
        ShadowColumn,
        ShadowScoreColumn,
        GapColumn,
        ServedByColumn,
        CallerColumn,
        ColumnCount
    };
    enum Role {
        DiffersRole = Qt::UserRole, // bool: the decisions differ
        IdRole,                     // QString
    };

    using EvidenceTable::EvidenceTable;

    // Asks for the first page. The rows of another endpoint go at once; those of the same stay until the answer comes.
    void setQuery(NodeSession* session, const ExchangeFilter& filter);
    void refresh();
    const ExchangeFilter& filter() const { return m_filter; }

    const Exchange* at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool hasMore() const override { return !m_nextPage.empty(); }
    void requestMore() override;
    QString text(const Exchange& exchange, int column) const;
    static QVariant raw(const Exchange& exchange, int column);

    QPointer<NodeSession> m_session;
    ExchangeFilter m_filter;
    std::string m_nextPage;
    std::vector<Exchange> m_rows;
    Request m_request;
};

} // namespace gnomon::ui
