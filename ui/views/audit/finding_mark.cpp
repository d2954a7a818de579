// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/finding_mark.h"

#include "ui/models/audit_model.h"
#include "ui/widgets/shapes.h"

#include <QApplication>

namespace gnomon::ui {

Tone toneOf(Finding finding) {
    switch (finding) {
    case Finding::NotChecked:
        return Tone::Stale;
    case Finding::Verified:
        return Tone::Calm;
    case Finding::Altered:
    case Finding::Missing:
    case Finding::Rewritten:
        return Tone::Act;
    case Finding::KeyUnknown:
        return Tone::Open;
    }
    return Tone::Open;
}

void paintFinding(QPainter& painter, const QRectF& rect, Finding finding, const theme::Colors& colors) {
    if (finding != Finding::Verified) {
        // Waiting to be checked is no reason to worry; it keeps the hourglass but not its colour.
        theme::Colors quiet = colors;
        quiet.watch = colors.calm;
        paintShape(painter, rect, toneOf(finding), finding == Finding::NotChecked ? quiet : colors);
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(
        QPen(colorOf(colors.accent), std::max(1.6, rect.height() / 6), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(QPolygonF({QPointF(rect.left(), rect.top() + rect.height() * 0.55),
                                    QPointF(rect.left() + rect.width() * 0.36, rect.bottom() - rect.height() * 0.1),
                                    QPointF(rect.right(), rect.top() + rect.height() * 0.12)}));
    painter.restore();
}

void FindingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem opt = option;
    initStyleOption(&opt, index);
    opt.text.clear();
    opt.state &= ~QStyle::State_HasFocus;
    const theme::Colors& colors = colorsOf(opt.palette);
    const QStyle* style = opt.widget != nullptr ? opt.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &opt, painter, opt.widget);
    const double side = opt.fontMetrics.height() * 0.62;
    const QPointF centre = QRectF(opt.rect).center();
    paintFinding(*painter, QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side),
                 static_cast<Finding>(index.data(AuditModel::FindingRole).toInt()), colors);
    painter->setPen(colorOf(colors.border));
    painter->drawLine(opt.rect.bottomLeft(), opt.rect.bottomRight());
}

} // namespace gnomon::ui
