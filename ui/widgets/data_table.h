// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace gnomon::ui {

// The console's table: whole rows, one fixed height, no wrapping, no grid, keyboard first. Copy puts the selected rows
// on the clipboard as tab-separated text with a heading. Enter and a double click both activate.
class DataTable : public QTableView {
    Q_OBJECT
public:
    explicit DataTable(QWidget* parent = nullptr);

    // Column order, widths and visibility as one opaque value, and back.
    QByteArray saveColumns() const;
    bool restoreColumns(const QByteArray& state);
    // As tab-separated text, with the heading line.
    QString selectedText() const;

Q_SIGNALS:
    void rowActivated(const QModelIndex& index); // Enter, Return or double click

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void fitRows();
};

} // namespace gnomon::ui
