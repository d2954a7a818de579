// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/models/audit_finding.h"
#include "ui/widgets/tokens.h"

namespace gnomon::ui {

// How loud a finding is.
Tone toneOf(Finding finding);

// Draws a finding's shape: a tick only for what was proved here.
void paintFinding(QPainter& painter, const QRectF& rect, Finding finding, const theme::Colors& colors);

// The proof column: the finding's shape, centred.
class FindingDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace gnomon::ui
