// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart draws over its series: thresholds, marks, the selection and the cursor.
#include "ui/widgets/chart_view.h"

#include <QChart>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

void ChartView::drawForeground(QPainter* painter, const QRectF& rect) {
    QChartView::drawForeground(painter, rect);
    painter->save();
    painter->setFont(font());
    if (m_data.rows.isEmpty() && m_data.lines.isEmpty()) {
        painter->setPen(m_colors.text);
        painter->drawText(m_chart->plotArea(), Qt::AlignCenter | Qt::TextWordWrap,
                          m_data.note.isEmpty() ? tr("No data in this range") : m_data.note);
        painter->restore();
        return;
    }
    paintStrip(painter);
    paintSelection(painter);
    paintLevels(painter);
    paintGuides(painter);
    paintMarks(painter);
    const int row = m_hover >= 0 ? m_hover : m_cursor;
    if (row >= 0 && row < m_data.rows.size()) {
        paintCursor(painter, row);
    }
    if (hasFocus()) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(chartPen(m_colors.candidate, ChartStroke::Solid));
        painter->drawRoundedRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    painter->restore();
}

void ChartView::paintSelection(QPainter* painter) const {
    if (!m_selection) {
        return;
    }
    const QRectF plot = m_chart->plotArea();
    const double left = std::clamp(toSceneX(m_selection->low), plot.left(), plot.right());
    const double right = std::clamp(toSceneX(m_selection->high), plot.left(), plot.right());
    const QRectF area(left, plot.top(), std::max(right - left, 1.0), plot.height());
    painter->setPen(chartPen(m_colors.candidate, ChartStroke::Solid));
    painter->fillRect(area, chartFill(m_colors.candidate));
    painter->drawLine(area.topLeft(), area.bottomLeft());
    painter->drawLine(area.topRight(), area.bottomRight());
}

void ChartView::paintStrip(QPainter* painter) const {
    constexpr double kLeast = 1.5; // pixels
    const QRectF plot = m_chart->plotArea();
    const QRectF strip(plot.left(), stripHeight() * 0.35, plot.width(), stripHeight());
    for (const ChartStep& step : m_data.strip.steps) {
        const double left = std::max(toSceneX(step.from), plot.left());
        const double right = std::min(toSceneX(step.to), plot.right());
        if (right <= left) {
            continue;
        }
        painter->fillRect(QRectF(left, strip.top(), right - left, strip.height()), chartFill(m_colors.quiet));
        double top = strip.top();
        for (qsizetype i = 0; i < std::min(step.shares.size(), m_data.strip.layers.size()); ++i) {
            if (step.shares[i] > 0) {
                const ChartLayer& layer = m_data.strip.layers[i];
                const double height = std::min(std::max(step.shares[i] * strip.height(), kLeast), strip.bottom() - top);
                painter->fillRect(QRectF(left, top, right - left, height), QBrush(m_colors.of(layer.role), layer.fill));
                top += height;
            }
        }
    }
    if (!m_data.strip.steps.isEmpty()) {
        const QFontMetricsF metrics(font());
        painter->setPen(m_colors.text);
        painter->drawText(QRectF(0, strip.center().y() - metrics.height() / 2, plot.left() - 8, metrics.height()),
                          Qt::AlignRight | Qt::AlignVCenter, m_data.strip.name);
    }
}

void ChartView::paintLevels(QPainter* painter) const {
    const QRectF plot = m_chart->plotArea();
    const QFontMetricsF metrics(font());
    QList<QRectF> taken; // by labels; two levels may lie close together
    for (const ChartLevel& level : m_data.levels) {
        const double y = toSceneY(level.y);
        if (!std::isfinite(y) || y < plot.top() || y > plot.bottom()) {
            continue;
        }
        const QColor& color = m_colors.of(level.role);
        painter->setPen(chartPen(color, ChartStroke::Dashed));
        painter->drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        if (level.name.isEmpty()) {
            continue;
        }
        // Above the line, or below it where there is no room; on the surface's colour so that it reads over data.
        const double width = metrics.horizontalAdvance(level.name) + 6;
        QRectF label(plot.right() - width, y - metrics.height() - 1, width, metrics.height());
        const auto meets = [&](const QRectF& other) { return other.intersects(label); };
        if (label.top() < plot.top() || std::any_of(taken.begin(), taken.end(), meets)) {
            label.moveTop(y + 1);
        }
        taken.append(label);
        QColor ground = m_colors.surface;
        ground.setAlphaF(0.75F);
        painter->fillRect(label, ground);
        painter->setPen(color);
        painter->drawText(label, Qt::AlignCenter, level.name);
    }
}

void ChartView::paintGuides(QPainter* painter) const {
    const QRectF plot = m_chart->plotArea();
    const QFontMetricsF metrics(font());
    for (const ChartGuide& guide : m_data.guides) {
        const double x = toSceneX(guide.x);
        if (x < plot.left() || x > plot.right()) {
            continue;
        }
        painter->setPen(chartPen(m_colors.quiet, ChartStroke::Dashed));
        painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const double width = metrics.horizontalAdvance(guide.name) + 6;
        const double left = x + width > plot.right() ? x - width : x;
        painter->setPen(m_colors.text);
        painter->drawText(QRectF(left, plot.top(), width, metrics.height()), Qt::AlignCenter, guide.name);
    }
}

void ChartView::paintMarks(QPainter* painter) const {
    const QRectF plot = m_chart->plotArea();
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_colors.alarm);
    for (const ChartMark& mark : m_data.marks) {
        const QPointF at(toSceneX(mark.at.x()), std::clamp(toSceneY(mark.at.y()), plot.top(), plot.bottom() - 4));
        if (plot.contains(at)) {
            painter->drawPolygon(chartMark(at));
        }
    }
}

void ChartView::paintCursor(QPainter* painter, int row) const {
    const QRectF plot = m_chart->plotArea();
    const ChartRow& at = m_data.rows[row];
    const double x = toSceneX(at.x);
    if (x < plot.left() - 1 || x > plot.right() + 1) {
        return;
    }
    painter->setPen(chartPen(m_colors.quiet, ChartStroke::Solid));
    painter->drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    const double y = std::clamp(toSceneY(at.y), plot.top(), plot.bottom());
    painter->setBrush(m_colors.surface);
    painter->setPen(chartPen(m_colors.candidate, ChartStroke::Solid, 2));
    painter->drawEllipse(QPointF(x, y), 4, 4);
    paintReadout(painter, {x, y}, row);
}

void ChartView::paintReadout(QPainter* painter, const QPointF& at, int row) const {
    const QRectF plot = m_chart->plotArea();
    const QFontMetricsF metrics(font());
    const QStringList& cells = m_data.rows[row].cells;
    const qsizetype count = std::min(cells.size(), m_data.columns.size());
    double names = 0;
    double values = 0;
    for (qsizetype i = 0; i < count; ++i) {
        names = std::max(names, metrics.horizontalAdvance(m_data.columns[i]));
        values = std::max(values, metrics.horizontalAdvance(cells[i]));
    }
    const double gap = metrics.averageCharWidth() * 1.5;
    const double pad = 6;
    const QSizeF size(names + gap + values + 2 * pad, metrics.height() * static_cast<double>(count) + 2 * pad);
    double left = at.x() + 10;
    if (left + size.width() > plot.right()) {
        left = std::max(plot.left(), at.x() - 10 - size.width());
    }
    const double top = std::clamp(at.y() - size.height() / 2, 1.0,
                                  std::max(1.0, static_cast<double>(viewport()->height()) - size.height() - 1));
    const QRectF box(QPointF(left, top), size);
    QColor ground = m_colors.surface;
    ground.setAlphaF(0.94F);
    painter->setBrush(ground);
    painter->setPen(chartPen(m_colors.axis, ChartStroke::Solid));
    painter->drawRoundedRect(box, 3, 3);
    double y = box.top() + pad;
    for (qsizetype i = 0; i < count; ++i, y += metrics.height()) {
        painter->setPen(m_colors.text);
        painter->drawText(QRectF(box.left() + pad, y, names, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                          m_data.columns[i]);
        painter->setPen(palette().color(QPalette::Text));
        painter->drawText(QRectF(box.right() - pad - values, y, values, metrics.height()),
                          Qt::AlignRight | Qt::AlignVCenter, cells[i]);
    }
}

} // namespace gnomon::ui
