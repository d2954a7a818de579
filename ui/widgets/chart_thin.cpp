// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_thin.h"

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

namespace {

bool finite(const QPointF& point) {
    return std::isfinite(point.x()) && std::isfinite(point.y());
}

} // namespace

QList<QPointF> thinLine(const QList<QPointF>& points, qsizetype most) {
    QList<QPointF> good;
    good.reserve(points.size());
    std::copy_if(points.begin(), points.end(), std::back_inserter(good), finite);
    if (good.size() <= most) {
        return good;
    }
    QList<QPointF> thin;
    thin.reserve(most);
    thin.append(good.front());
    const qsizetype stretches = std::max<qsizetype>(1, (most - 2) / 2);
    const qsizetype inner = good.size() - 2;
    for (qsizetype i = 0; i < stretches; ++i) {
        const auto from = good.begin() + 1 + inner * i / stretches;
        const auto to = good.begin() + 1 + inner * (i + 1) / stretches;
        if (from == to) {
            continue;
        }
        auto [low, high] =
            std::minmax_element(from, to, [](const QPointF& a, const QPointF& b) { return a.y() < b.y(); });
        if (high < low) {
            std::swap(low, high);
        }
        thin.append(*low);
        if (high != low) {
            thin.append(*high);
        }
    }
    thin.append(good.back());
    return thin;
}

ChartBand thinBand(const ChartBand& band, qsizetype most) {
    ChartBand thin{band.name, band.role, {}, {}};
    QList<QPair<QPointF, QPointF>> good;
    for (qsizetype i = 0; i < std::min(band.lower.size(), band.upper.size()); ++i) {
        if (finite(band.lower[i]) && finite(band.upper[i])) {
            good.append({band.lower[i], band.upper[i]});
        }
    }
    const qsizetype stretches = std::min(good.size(), most);
    for (qsizetype i = 0; i < stretches; ++i) {
        const qsizetype from = good.size() * i / stretches;
        const qsizetype to = good.size() * (i + 1) / stretches;
        // The last stretch ends where the band ends.
        QPointF lower = i + 1 == stretches ? good.back().first : good[from].first;
        QPointF upper = i + 1 == stretches ? good.back().second : good[from].second;
        for (qsizetype k = from; k < to; ++k) {
            lower.setY(std::min(lower.y(), good[k].first.y()));
            upper.setY(std::max(upper.y(), good[k].second.y()));
        }
        thin.lower.append(lower);
        thin.upper.append(upper);
    }
    return thin;
}

} // namespace gnomon::ui
