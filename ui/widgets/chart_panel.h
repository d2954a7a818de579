// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "ui/widgets/chart_data.h"

class QLabel;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace gnomon::ui {

class ChartLegend;
class ChartView;

// The rows of a chart as a table, for those who read better than they look.
class ChartTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setRows(QStringList columns, QList<ChartRow> rows);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_columns;
    QList<ChartRow> m_rows;
};

// A chart with its title, legend and note, and its table twin (Alt+T). Children are named after the panel:
// "<name>.view", "<name>.table", "<name>.twin". GUI thread only.
class ChartPanel final : public QWidget {
    Q_OBJECT
public:
    ChartPanel(const QString& name, const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    QString title() const;
    void setData(const ChartData& next);
    ChartView* view() const { return m_view; }

    bool tableShown() const;
    void setTableShown(bool shown);

private:
    QLabel* m_title;
    ChartLegend* m_legend;
    ChartView* m_view;
    QTableView* m_table;
    ChartTableModel* m_model;
    QToolButton* m_twin;
    QStackedLayout* m_stack;
};

} // namespace gnomon::ui
