// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_panel.h"

#include "ui/widgets/chart_legend.h"
#include "ui/widgets/chart_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void ChartTableModel::setRows(QStringList columns, QList<ChartRow> rows) {
    if (columns == m_columns && rows.size() == m_rows.size()) {
        m_rows = std::move(rows);
        if (!m_rows.isEmpty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        }
        return;
    }
    beginResetModel();
    m_columns = std::move(columns);
    m_rows = std::move(rows);
    endResetModel();
}

int ChartTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ChartTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant ChartTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_rows[index.row()].cells.value(index.column());
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::Alignment(index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight) |
                                   Qt::AlignVCenter);
    }
    return {};
}

QVariant ChartTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= m_columns.size()) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_columns[section];
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::Alignment(section == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    return {};
}

ChartPanel::ChartPanel(const QString& name, const QString& title, QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_legend(new ChartLegend(this)), m_view(new ChartView(this)),
      m_table(new QTableView(this)), m_model(new ChartTableModel(this)), m_twin(new QToolButton(this)),
      m_stack(new QStackedLayout) {
    setObjectName(name);
    m_title->setObjectName(name + u".title"_s);
    m_legend->setObjectName(name + u".legend"_s);
    m_view->setObjectName(name + u".view"_s);
    m_table->setObjectName(name + u".table"_s);
    m_twin->setObjectName(name + u".twin"_s);

    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setBuddy(m_view);

    m_twin->setText(tr("Table"));
    m_twin->setCheckable(true);
    m_twin->setAutoRaise(true);
    m_twin->setToolTip(tr("Show the numbers as a table (Alt+T)"));
    connect(m_twin, &QToolButton::toggled, this, &ChartPanel::setTableShown);
    auto* key = new QShortcut(QKeySequence(Qt::ALT | Qt::Key_T), this);
    key->setContext(Qt::WidgetWithChildrenShortcut);
    connect(key, &QShortcut::activated, this, [this] { setTableShown(!tableShown()); });

    m_table->setModel(m_model);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setAlternatingRowColors(true);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);

    auto* head = new QHBoxLayout;
    head->setSpacing(fontMetrics().averageCharWidth() * 2);
    head->addWidget(m_title);
    head->addWidget(m_legend, 1);
    head->addWidget(m_twin);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_table);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addLayout(m_stack, 1);
    setFocusProxy(m_view);
    setTitle(title);
}

void ChartPanel::setTitle(const QString& title) {
    m_title->setText(title);
    m_view->setAccessibleName(title);
    m_table->setAccessibleName(tr("%1, as a table").arg(title));
    m_twin->setAccessibleName(tr("Show %1 as a table").arg(title));
}

QString ChartPanel::title() const {
    return m_title->text();
}

void ChartPanel::setData(const ChartData& next) {
    m_legend->setData(next);
    m_model->setRows(next.columns, next.rows);
    m_view->setData(next);
}

bool ChartPanel::tableShown() const {
    return m_stack->currentWidget() == m_table;
}

void ChartPanel::setTableShown(bool shown) {
    const bool focused = m_stack->currentWidget()->hasFocus();
    m_stack->setCurrentWidget(shown ? static_cast<QWidget*>(m_table) : m_view);
    setFocusProxy(m_stack->currentWidget());
    m_twin->setChecked(shown);
    if (focused) {
        m_stack->currentWidget()->setFocus();
    }
}

} // namespace gnomon::ui
