// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace gnomon::ui {

// Endpoints whose name, node, state or owner contains all words of the filter. Keeps the model's own order, the worst
// first, until somebody sorts by a column.
class FleetFilter final : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit FleetFilter(QObject* parent = nullptr);
    void setWords(const QString& words);
    const QString& words() const { return m_words; }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString m_words;
};

} // namespace gnomon::ui
