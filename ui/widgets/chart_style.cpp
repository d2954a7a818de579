// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_style.h"

#include "ui/widgets/tokens.h"

namespace gnomon::ui {

ChartColors ChartColors::of(const QPalette& palette) {
    const theme::Colors& tokens = colorsOf(palette);
    ChartColors colors;
    colors.reference = colorOf(tokens.production);
    colors.candidate = colorOf(tokens.shadow);
    colors.alarm = colorOf(tokens.act);
    colors.quiet = colorOf(tokens.calm);
    colors.text = colorOf(tokens.muted);
    colors.grid = colorOf(tokens.border);
    colors.axis = colorOf(tokens.edge);
    colors.surface = palette.color(QPalette::Base);
    return colors;
}

const QColor& ChartColors::of(ChartRole role) const {
    switch (role) {
    case ChartRole::Reference:
        return reference;
    case ChartRole::Candidate:
        return candidate;
    case ChartRole::Alarm:
        return alarm;
    case ChartRole::Quiet:
        return quiet;
    }
    return quiet;
}

QPen chartPen(const QColor& color, ChartStroke stroke, qreal width) {
    QPen pen(color, width);
    pen.setCosmetic(true);
    if (stroke == ChartStroke::Dashed) {
        pen.setDashPattern({5, 3});
    }
    return pen;
}

QColor chartFill(const QColor& color) {
    QColor fill = color;
    fill.setAlphaF(0.16F);
    return fill;
}

QPolygonF chartMark(const QPointF& at) {
    return {{at + QPointF(0, -4.5), at + QPointF(4.5, 3.5), at + QPointF(-4.5, 3.5)}};
}

} // namespace gnomon::ui
