// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_style.h"

namespace gnomon::ui {

ChartColors ChartColors::of(const QPalette& palette) {
    const QColor surface = palette.color(QPalette::Base);
    const bool dark = surface.lightness() < 128;
    ChartColors colors;
    colors.reference = QColor(dark ? 0xC8C8C8 : 0x404040);
    colors.candidate = QColor(dark ? 0x56B4E9 : 0x0072B2);
    colors.alarm = QColor(0xD55E00);
    colors.quiet = QColor(dark ? 0x8A8F98 : 0x767B84);
    colors.text = QColor(dark ? 0xA9AFB9 : 0x565B64);
    colors.grid = QColor(dark ? 0x2E3239 : 0xE9EBEE);
    colors.axis = QColor(dark ? 0x4A505A : 0xBFC4CB);
    colors.surface = surface;
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

} // namespace gnomon::ui
