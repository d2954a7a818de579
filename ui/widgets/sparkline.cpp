// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/sparkline.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gnomon::ui {

void paintSparkline(QPainter& painter, const QRect& rect, const QList<double>& points, const QColor& line,
                    const QColor& base) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    int known = 0;
    for (const double y : points) {
        if (std::isfinite(y)) {
            low = std::min(low, y);
            high = std::max(high, y);
            ++known;
        }
    }
    painter.save();
    painter.setPen(QPen(base, 1));
    painter.drawLine(rect.bottomLeft(), rect.bottomRight());
    if (known >= 2) {
        const double range = std::max(high - low, std::abs(high) * 1e-6 + 1e-12);
        const auto at = [&](qsizetype i) {
            const double x = static_cast<double>(i) / static_cast<double>(points.size() - 1);
            return QPointF(rect.left() + x * (rect.width() - 3),
                           rect.bottom() - 1 - (points[i] - low) / range * (rect.height() - 3));
        };
        QPainterPath path;
        bool open = false;
        for (qsizetype i = 0; i < points.size(); ++i) {
            if (!std::isfinite(points[i])) {
                open = false;
            } else if (!open) {
                path.moveTo(at(i));
                open = true;
            } else {
                path.lineTo(at(i));
            }
        }
        painter.setRenderHint(QPainter::Antialiasing);
        QPen pen(line, 1.2);
        pen.setCosmetic(true);
        painter.setPen(pen);
        painter.drawPath(path);
        if (open) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(line);
            painter.drawEllipse(at(points.size() - 1), 1.8, 1.8);
        }
    }
    painter.restore();
}

} // namespace gnomon::ui
