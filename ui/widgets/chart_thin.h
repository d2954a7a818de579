// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/chart_data.h"

namespace gnomon::ui {

constexpr qsizetype kMaxLinePoints = 2000;
constexpr qsizetype kMaxBandPoints = 300;

// At most `most` points with the same outline: the lowest and the highest of each stretch, and both ends. Points that
// are not finite are left out.
QList<QPointF> thinLine(const QList<QPointF>& points, qsizetype most = kMaxLinePoints);

// The same for a band, whose sides keep their pairs: each stretch keeps its lowest lower and its highest upper value,
// so the band is never drawn narrower than it is.
ChartBand thinBand(const ChartBand& band, qsizetype most = kMaxBandPoints);

} // namespace gnomon::ui
