// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/chart_data.h"

#include <QSizeF>

class QFontMetricsF;

namespace gnomon::ui {

struct ChartSpan {
    double low = 0;
    double high = 1;

    double length() const { return high - low; }
    bool operator==(const ChartSpan&) const = default;
};

// The stretch that the data covers on each axis, with the stated limits applied; on a logarithmic axis in decimal
// logarithms. Never empty.
ChartSpan spanOfX(const ChartData& data);
ChartSpan spanOfY(const ChartData& data);

constexpr double kRightMargin = 3; // room beside the plot for half a label, in characters

// As many marks as fit without touching.
QList<ChartTick> ticksOfX(const ChartData& data, const ChartSpan& span, double width, const QFontMetricsF& metrics);
QList<ChartTick> ticksOfY(const ChartData& data, const ChartSpan& span, double height, const QFontMetricsF& metrics);

// Where a value lies on the axis: its decimal logarithm when the axis is logarithmic.
double scaledY(const ChartY& y, double value);

} // namespace gnomon::ui
