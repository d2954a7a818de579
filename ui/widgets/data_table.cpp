// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/data_table.h"

#include "ui/widgets/tokens.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>

#include <algorithm>

namespace gnomon::ui {

DataTable::DataTable(QWidget* parent) : QTableView(parent) {
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setWordWrap(false);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false); // Tab leaves the table; arrows move inside it
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setSectionsMovable(true);
    fitRows();
    connect(this, &QAbstractItemView::doubleClicked, this, &DataTable::rowActivated);
}

void DataTable::fitRows() {
    verticalHeader()->setMinimumSectionSize(px(this, theme::kDistances.row));
    verticalHeader()->setDefaultSectionSize(px(this, theme::kDistances.row));
}

QByteArray DataTable::saveColumns() const {
    return horizontalHeader()->saveState();
}

bool DataTable::restoreColumns(const QByteArray& state) {
    return !state.isEmpty() && horizontalHeader()->restoreState(state);
}

QString DataTable::selectedText() const {
    if (model() == nullptr || selectionModel() == nullptr) {
        return {};
    }
    QList<int> columns;
    for (int visual = 0; visual < horizontalHeader()->count(); ++visual) {
        const int column = horizontalHeader()->logicalIndex(visual);
        if (!isColumnHidden(column)) {
            columns.append(column);
        }
    }
    const auto line = [&](const auto& textOf) {
        QStringList cells;
        for (const int column : columns) {
            cells.append(textOf(column).simplified());
        }
        return QString(cells.join(u'\t') + u'\n');
    };
    QString text =
        line([&](int column) { return model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(); });
    QModelIndexList rows = selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    for (const QModelIndex& row : rows) {
        text += line([&](int column) { return row.siblingAtColumn(column).data().toString(); });
    }
    return text;
}

void DataTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(selectedText());
        event->accept();
        return;
    }
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers() == Qt::NoModifier && currentIndex().isValid() && !event->isAutoRepeat()) {
        Q_EMIT rowActivated(currentIndex());
        event->accept();
        return;
    }
    // Typing is left to the window's single-letter keys; it never jumps around in the table.
    if (!event->text().isEmpty() && event->text().at(0).isPrint() && event->key() != Qt::Key_Space) {
        event->ignore();
        return;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        fitRows();
    }
}

} // namespace gnomon::ui
