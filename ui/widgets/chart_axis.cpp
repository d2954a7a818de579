// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_axis.h"

#include "ui/widgets/chart_ticks.h"

#include <QDateTime>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gnomon::ui {

namespace {

constexpr double kPadding = 0.06; // of the span, so that no line lies on the frame

class Extent {
public:
    void add(double value) {
        if (std::isfinite(value)) {
            m_low = std::min(m_low, value);
            m_high = std::max(m_high, value);
        }
    }
    bool empty() const { return m_low > m_high; }
    ChartSpan span() const { return {m_low, m_high}; }

private:
    double m_low = std::numeric_limits<double>::infinity();
    double m_high = -std::numeric_limits<double>::infinity();
};

template <class Visit>
void eachPoint(const ChartData& data, Visit visit) {
    for (const ChartLine& line : data.lines) {
        std::for_each(line.points.begin(), line.points.end(), visit);
    }
    for (const ChartBand& band : data.bands) {
        std::for_each(band.lower.begin(), band.lower.end(), visit);
        std::for_each(band.upper.begin(), band.upper.end(), visit);
    }
}

ChartSpan bounded(ChartSpan span, std::optional<double> low, std::optional<double> high) {
    span.low = low.value_or(span.low);
    span.high = high.value_or(span.high);
    if (!(span.high > span.low)) {
        const double half = span.low == 0 ? 0.5 : std::abs(span.low) * 0.1;
        span = {span.low - half, span.low + half};
    }
    return span;
}

} // namespace

double scaledY(const ChartY& y, double value) {
    if (!y.logarithmic) {
        return value;
    }
    return value > 0 ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
}

ChartSpan spanOfX(const ChartData& data) {
    Extent extent;
    eachPoint(data, [&](const QPointF& point) { extent.add(point.x()); });
    for (const ChartTick& tick : data.x.categories) {
        extent.add(tick.at);
    }
    ChartSpan span = extent.empty() ? ChartSpan{} : extent.span();
    if (data.x.scale == ChartScale::Category && !extent.empty()) {
        const double padding = std::max(span.length() * kPadding, 0.25);
        span = {span.low - padding, span.high + padding};
    }
    return bounded(span, data.x.low, data.x.high);
}

ChartSpan spanOfY(const ChartData& data) {
    Extent extent;
    eachPoint(data, [&](const QPointF& point) { extent.add(scaledY(data.y, point.y())); });
    for (const ChartLevel& level : data.levels) {
        extent.add(scaledY(data.y, level.y));
    }
    ChartSpan span = extent.empty() ? ChartSpan{} : extent.span();
    const double padding = span.length() * kPadding;
    span = {span.low - padding, span.high + padding};
    const auto limit = [&](std::optional<double> value) {
        return value ? std::optional(scaledY(data.y, *value)) : std::nullopt;
    };
    return bounded(span, limit(data.y.low), limit(data.y.high));
}

QList<ChartTick> ticksOfX(const ChartData& data, const ChartSpan& span, double width, const QFontMetricsF& metrics) {
    const auto fits = [&](const QList<ChartTick>& ticks) {
        double end = -std::numeric_limits<double>::infinity();
        for (const ChartTick& tick : ticks) {
            const double half = metrics.horizontalAdvance(tick.label) / 2;
            const double centre = (tick.at - span.low) / span.length() * width;
            if (centre - half < end + metrics.averageCharWidth() * 1.5) {
                return false;
            }
            end = centre + half;
        }
        return true;
    };
    const auto overhangs = [&](const ChartTick& tick) {
        const double end = (tick.at - span.low) / span.length() * width + metrics.horizontalAdvance(tick.label) / 2;
        return end > width + metrics.averageCharWidth() * kRightMargin;
    };
    if (data.x.scale == ChartScale::Category) {
        return data.x.categories;
    }
    for (int most = 12; most > 1; --most) {
        QList<ChartTick> ticks = data.x.scale == ChartScale::Time
                                     ? timeTicks(span.low, span.high, most, data.x.zone)
                                     : numberTicks(span.low, span.high, most, ChartUnit::Number);
        while (!ticks.isEmpty() && overhangs(ticks.back())) {
            ticks.removeLast();
        }
        if (data.x.scale == ChartScale::Time && !ticks.isEmpty()) {
            const QDateTime first = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ticks[0].at), data.x.zone);
            ticks[0].label += u' ' + data.x.zone.abbreviation(first);
        }
        if (fits(ticks)) {
            return ticks;
        }
    }
    return {};
}

QList<ChartTick> ticksOfY(const ChartData& data, const ChartSpan& span, double height, const QFontMetricsF& metrics) {
    const int most = std::clamp(static_cast<int>(height / (metrics.height() * 1.6)), 2, 8);
    if (data.y.logarithmic) {
        return logTicks(std::pow(10.0, span.low), std::pow(10.0, span.high), most, data.y.unit);
    }
    // A round step may leave only one or two marks; then rather a few more.
    QList<ChartTick> ticks = numberTicks(span.low, span.high, most, data.y.unit);
    for (int more = most + 1; ticks.size() < 3 && more <= most + 3; ++more) {
        ticks = numberTicks(span.low, span.high, more, data.y.unit);
    }
    return ticks;
}

} // namespace gnomon::ui
