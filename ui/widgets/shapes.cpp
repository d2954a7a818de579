// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/shapes.h"

#include <QPainterPath>
#include <QPolygonF>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kShape = 0.68; // of the line's height

} // namespace

void paintShape(QPainter& painter, const QRectF& rect, Tone tone, const theme::Colors& colors) {
    const QColor color = shapeColor(colors, tone);
    const qreal side = std::min(rect.width(), rect.height());
    const QRectF r(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (tone) {
    case Tone::Act:
        painter.drawPolygon(QPolygonF({{r.center().x(), r.top()}, r.bottomRight(), r.bottomLeft()}));
        break;
    case Tone::Watch:
        painter.drawPolygon(QPolygonF({{r.center().x(), r.top()},
                                       {r.right(), r.center().y()},
                                       {r.center().x(), r.bottom()},
                                       {r.left(), r.center().y()}}));
        break;
    case Tone::Stale:
        painter.drawPolygon(QPolygonF({r.topLeft(), r.topRight(), r.center()}));
        painter.drawPolygon(QPolygonF({r.bottomLeft(), r.bottomRight(), r.center()}));
        break;
    case Tone::Open:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, std::max(1.2, side / 7)));
        painter.drawEllipse(r.adjusted(1, 1, -1, -1));
        break;
    case Tone::Calm:
        painter.drawEllipse(r.adjusted(1, 1, -1, -1));
        break;
    case Tone::Info: {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, std::max(1.2, side / 9)));
        painter.drawEllipse(r.adjusted(1, 1, -1, -1));
        const qreal x = r.center().x();
        painter.drawLine(QPointF(x, r.top() + side * 0.46), QPointF(x, r.top() + side * 0.74));
        painter.drawPoint(QPointF(x, r.top() + side * 0.29));
        break;
    }
    }
    painter.restore();
}

QString toneSymbol(Tone tone) {
    switch (tone) {
    case Tone::Act:
        return u"▲"_s;
    case Tone::Watch:
        return u"◆"_s;
    case Tone::Stale:
        return u"⧖"_s;
    case Tone::Open:
        return u"○"_s;
    case Tone::Calm:
        return u"●"_s;
    case Tone::Info:
        return u"ⓘ"_s;
    }
    return {};
}

int paintBadge(QPainter& painter, const QRect& rect, const QFont& font, Tone tone, const QString& word,
               const theme::Colors& colors) {
    const QFontMetrics metrics(font);
    const int side = px(metrics, kShape);
    const QRectF shape(rect.left(), rect.center().y() - side / 2.0 + 0.5, side, side);
    paintShape(painter, shape, tone, colors);
    const int left = rect.left() + side + px(metrics, theme::kDistances.small);
    const QRect text(left, rect.top(), rect.right() - left + 1, rect.height());
    painter.save();
    painter.setFont(font);
    painter.setPen(wordColor(colors, tone));
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(word, Qt::ElideRight, text.width()));
    painter.restore();
    return left - rect.left() + metrics.horizontalAdvance(word);
}

QSize badgeSize(const QFont& font, const QString& word) {
    const QFontMetrics metrics(font);
    return {px(metrics, kShape) + px(metrics, theme::kDistances.small) + metrics.horizontalAdvance(word) + 1,
            metrics.height()};
}

void paintHatch(QPainter& painter, const QRect& rect, const theme::Colors& colors) {
    QColor stripe = colorOf(colors.hatch);
    stripe.setAlphaF(0.55F);
    painter.save();
    painter.setClipRect(rect);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(stripe, 1));
    constexpr int kGap = 8;
    for (int x = rect.left() - rect.height(); x < rect.right(); x += kGap) {
        painter.drawLine(x, rect.bottom(), x + rect.height(), rect.top());
    }
    painter.restore();
}

} // namespace gnomon::ui
