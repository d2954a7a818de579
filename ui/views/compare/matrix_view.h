// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>
#include <QTableView>

namespace gnomon::ui {

// Paints one cell of the transition matrix: the count, its share beneath, and a ground that is darker the more there
// are; vermillion where the versions differ.
class MatrixDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

// Which decisions flip, and which way: production's in rows, the shadow's in columns. Enter or a double click takes a
// cell.
class MatrixView final : public QTableView {
    Q_OBJECT
public:
    explicit MatrixView(QWidget* parent = nullptr);
    void setModel(QAbstractItemModel* model) override;

Q_SIGNALS:
    void cellTaken(const QString& production, const QString& shadow);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fitHeader();
    void take(const QModelIndex& index);
};

} // namespace gnomon::ui
