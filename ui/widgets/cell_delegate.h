// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include "ui/models/cell_roles.h"
#include "ui/widgets/tokens.h"

namespace gnomon::ui {

Tone toneOfCell(CellTone tone);

// Paints the console's cells: a badge where the model states a tone, a sparkline where it has points, muted text where
// it is not the point, and hatching over rows that are stale. Everything comes from the roles of cell_roles.h.
class CellDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace gnomon::ui
