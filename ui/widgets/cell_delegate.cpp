// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/cell_delegate.h"

#include "ui/widgets/shapes.h"
#include "ui/widgets/sparkline.h"

#include <QApplication>
#include <QPainter>

namespace gnomon::ui {

Tone toneOfCell(CellTone tone) {
    switch (tone) {
    case CellTone::Act:
        return Tone::Act;
    case CellTone::Watch:
        return Tone::Watch;
    case CellTone::Stale:
        return Tone::Stale;
    case CellTone::Open:
        return Tone::Open;
    case CellTone::Calm:
        return Tone::Calm;
    }
    return Tone::Open;
}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem opt = option;
    initStyleOption(&opt, index);
    const theme::Colors& colors = colorsOf(opt.palette);
    const QString text = opt.text;
    opt.text.clear();
    opt.state &= ~QStyle::State_HasFocus; // rows are selected whole; a dotted box around one cell says nothing
    const QStyle* style = opt.widget != nullptr ? opt.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &opt, painter, opt.widget);
    painter->save();
    painter->setClipRect(opt.rect);
    const int pad = px(opt.fontMetrics, theme::kDistances.small);
    if (index.data(HeadingRole).toBool() && !opt.state.testFlag(QStyle::State_Selected)) {
        painter->fillRect(opt.rect, colorOf(colors.raised));
    }
    const QRect inner = opt.rect.adjusted(pad, 0, -pad, 0);
    QRect textRect = inner;
    const QVariant points = index.data(PointsRole);
    if (points.isValid()) {
        const int width = std::min(inner.width() / 2, px(opt.fontMetrics, 6));
        const QRect line(inner.left(), inner.top() + pad, width, inner.height() - 2 * pad);
        paintSparkline(*painter, line, points.value<QList<double>>(), colorOf(colors.shadow), colorOf(colors.border));
        textRect.setLeft(line.right() + pad);
    }
    const QVariant tone = index.data(ToneRole);
    if (tone.isValid()) {
        QFont font = opt.font;
        font.setWeight(QFont::Medium);
        paintBadge(*painter, textRect, font, toneOfCell(tone.value<CellTone>()), text, colors);
    } else {
        const bool muted = index.data(MutedRole).toBool();
        QFont font = opt.font;
        font.setWeight(index.data(HeadingRole).toBool() ? QFont::DemiBold : QFont::Normal);
        painter->setFont(font);
        painter->setPen(colorOf(muted ? colors.muted : colors.text));
        painter->drawText(textRect, static_cast<int>(opt.displayAlignment),
                          opt.fontMetrics.elidedText(text, opt.textElideMode, textRect.width()));
    }
    if (index.data(StateRole).value<RowState>() == RowState::Stale) {
        paintHatch(*painter, opt.rect, colors);
    }
    painter->setPen(colorOf(colors.border));
    painter->drawLine(opt.rect.bottomLeft(), opt.rect.bottomRight());
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    const int pad = px(option.fontMetrics, theme::kDistances.small);
    int width = option.fontMetrics.horizontalAdvance(index.data().toString()) + 3 * pad;
    if (index.data(ToneRole).isValid()) {
        width += px(option.fontMetrics, 1.2);
    }
    if (index.data(PointsRole).isValid()) {
        width += px(option.fontMetrics, 6) + pad;
    }
    return {std::max(size.width(), width), size.height()};
}

} // namespace gnomon::ui
