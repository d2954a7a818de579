// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include "backend/domain/exchange.h"
#include "ui/models/exchange_model.h"

class QCheckBox;
class QComboBox;
class QLabel;

namespace gnomon::ui {

class ChipBar;
class DataTable;
class StatePane;

// The requests behind the comparison, narrowed by chips: a pair of decisions, a stretch of time. Rows come from the
// node page by page.
class RequestPane final : public QWidget {
    Q_OBJECT
public:
    explicit RequestPane(QWidget* parent = nullptr);

    // Another endpoint or experiment; chips of the node and the endpoint before go.
    void setSource(NodeSession* session, const EndpointName& endpoint, const std::optional<ExperimentId>& experiment);
    void setZone(const QTimeZone& zone);
    void filterDecisions(const QString& production, const QString& shadow);
    void filterTime(WallTime from, WallTime until);
    // Removes the newest chip; false when there was none.
    bool removeLastFilter();
    void clearFilters();
    // All filters off, most disagreeing first, cursor on the first row.
    void showTop();
    // Newer rows, unless somebody is reading further down.
    void refreshQuietly();
    void refresh();
    void setStale(const QString& text);

    const Exchange* current() const;
    const ExchangeModel& model() const { return *m_model; }
    DataTable* table() const { return m_table; }
    const ExchangeFilter& filter() const { return m_filter; }

Q_SIGNALS:
    void currentChanged();
    void pairRequested();
    void timeFilterChanged();

private:
    void query();
    void showChips();
    void showState();
    void removeFilter(const QString& id);

    QPointer<NodeSession> m_session;
    ExchangeFilter m_filter;
    QStringList m_order; // ids of the chips, oldest first
    QString m_stale;
    bool m_selectFirst = false;
    ExchangeModel* m_model;
    ChipBar* m_chips;
    QComboBox* m_sort;
    QCheckBox* m_differing;
    QLabel* m_count;
    DataTable* m_table;
    StatePane* m_pane;
};

} // namespace gnomon::ui
