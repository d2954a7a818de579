// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/chart_data.h"

#include <QColor>
#include <QPalette>
#include <QPen>
#include <QPolygonF>

namespace gnomon::ui {

// The theme's colours by what they mean in a chart.
struct ChartColors {
    QColor reference;
    QColor candidate;
    QColor alarm;
    QColor quiet;
    QColor text;
    QColor grid;
    QColor axis;
    QColor surface;

    static ChartColors of(const QPalette& palette);
    const QColor& of(ChartRole role) const;
    bool operator==(const ChartColors&) const = default;
};

// One pixel whatever the scale: half the cost of the toolkit's default.
QPen chartPen(const QColor& color, ChartStroke stroke, qreal width = 1);
// Translucent, for bands.
QColor chartFill(const QColor& color);
// The triangle that marks a point.
QPolygonF chartMark(const QPointF& at);

} // namespace gnomon::ui
