// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QList>
#include <QPainter>
#include <QRect>

namespace gnomon::ui {

// A line of points, oldest first, scaled to its own range; not-a-number leaves a gap. The last point has a dot. Fewer
// than two points draw only the base line: nothing is known.
void paintSparkline(QPainter& painter, const QRect& rect, const QList<double>& points, const QColor& line,
                    const QColor& base);

} // namespace gnomon::ui
