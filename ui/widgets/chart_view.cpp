// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_view.h"

#include "ui/widgets/chart_accessible.h"
#include "ui/widgets/chart_thin.h"

#include <QAccessible>
#include <QAreaSeries>
#include <QCategoryAxis>
#include <QChart>
#include <QEvent>
#include <QGraphicsLayout>
#include <QLineSeries>

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QCategoryAxis* makeAxis(QChart& chart, Qt::Alignment side) {
    auto* axis = new QCategoryAxis(&chart);
    axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
    axis->setTruncateLabels(false);
    axis->setRange(0, 1);
    chart.addAxis(axis, side);
    return axis;
}

QList<QPointF> scaled(const ChartY& y, QList<QPointF> points) {
    if (y.logarithmic) {
        for (QPointF& point : points) {
            point.setY(scaledY(y, point.y()));
        }
    }
    return points;
}

} // namespace

void setAxisTicks(QCategoryAxis& axis, QList<ChartTick>& shown, QList<ChartTick> ticks, const ChartSpan& span) {
    if (shown != ticks) {
        const QStringList old = axis.categoriesLabels();
        for (const QString& label : old) {
            axis.remove(label);
        }
        axis.setStartValue(span.low - span.length());
        QStringList used;
        for (const ChartTick& tick : ticks) {
            // The axis takes each label once only; an invisible character sets equal ones apart.
            QString label = tick.label;
            while (used.contains(label)) {
                label += QChar(0x200B);
            }
            used.append(label);
            axis.append(label, tick.at);
        }
        shown = std::move(ticks);
    }
    if (axis.min() != span.low || axis.max() != span.high) {
        axis.setRange(span.low, span.high);
    }
}

ChartView::ChartView(QWidget* parent)
    : QChartView(parent), m_chart(chart()), m_x(nullptr), m_y(nullptr), m_colors(ChartColors::of(palette())) {
    installChartAccessibility();
    m_chart->legend()->hide();
    m_chart->setBackgroundVisible(false);
    m_chart->setMargins({});
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_chart->setAnimationOptions(QChart::NoAnimation);
    m_x = makeAxis(*m_chart, Qt::AlignBottom);
    m_y = makeAxis(*m_chart, Qt::AlignLeft);
    setMinimumSize(minimumSizeHint()); // explicit, because Qt Charts sets one of its own
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setBackgroundBrush(Qt::NoBrush);
    viewport()->setBackgroundRole(QPalette::Base);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    paintSeries();
}

QSize ChartView::minimumSizeHint() const {
    const QFontMetrics metrics(font());
    return {metrics.averageCharWidth() * 30, metrics.height() * 8};
}

QSize ChartView::sizeHint() const {
    const QFontMetrics metrics(font());
    return {metrics.averageCharWidth() * 60, metrics.height() * 11};
}

void ChartView::setData(ChartData next) {
    if (next == m_data) {
        return;
    }
    const bool sameShape = next.lines.size() == m_data.lines.size() && next.bands.size() == m_data.bands.size();
    const double cursorX = m_cursor >= 0 ? m_data.rows[m_cursor].x : 0;
    m_data = std::move(next);
    if (!sameShape) {
        rebuildSeries();
    }
    layOut();
    fillSeries();
    paintSeries();
    m_hover = -1;
    if (m_cursor >= 0) { // stay at the same place although rows came or went
        const auto at = std::min_element(m_data.rows.begin(), m_data.rows.end(), [=](const auto& a, const auto& b) {
            return std::abs(a.x - cursorX) < std::abs(b.x - cursorX);
        });
        m_cursor = m_data.rows.isEmpty() ? -1 : static_cast<int>(at - m_data.rows.begin());
    }
    m_anchor = -1;
    setAccessibleDescription(m_data.summary);
    viewport()->update();
}

void ChartView::rebuildSeries() {
    m_chart->removeAllSeries(); // deletes them
    m_lines.clear();
    m_bands.clear();
    const auto add = [this](QAbstractSeries* series) {
        m_chart->addSeries(series);
        series->attachAxis(m_x);
        series->attachAxis(m_y);
    };
    for (qsizetype i = 0; i < m_data.bands.size(); ++i) {
        auto* area = new QAreaSeries(m_chart);
        BandSeries band{new QLineSeries(area), new QLineSeries(area), area};
        area->setLowerSeries(band.lower);
        area->setUpperSeries(band.upper);
        add(area);
        m_bands.append(band);
    }
    for (qsizetype i = 0; i < m_data.lines.size(); ++i) {
        m_lines.append(new QLineSeries(m_chart));
        add(m_lines.back());
    }
}

void ChartView::fillSeries() {
    for (qsizetype i = 0; i < m_bands.size(); ++i) {
        const ChartBand band = thinBand(m_data.bands[i]);
        m_bands[i].lower->replace(scaled(m_data.y, band.lower));
        m_bands[i].upper->replace(scaled(m_data.y, band.upper));
    }
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        m_lines[i]->replace(thinLine(scaled(m_data.y, m_data.lines[i].points)));
        m_lines[i]->setPointsVisible(m_data.lines[i].dots);
    }
}

void ChartView::layOut() {
    const QFontMetricsF metrics(font());
    m_spanX = spanOfX(m_data);
    m_spanY = spanOfY(m_data);
    const QSizeF size = viewport()->size();
    const double bottom = metrics.height() + 8;
    const double top = metrics.height() * 0.6 + stripHeight() * 2; // and room for its name above the first label
    QList<ChartTick> ticksY = ticksOfY(m_data, m_spanY, size.height() - top - bottom, metrics);
    double widest = metrics.averageCharWidth() * 4;
    for (const ChartTick& tick : ticksY) {
        widest = std::max(widest, metrics.horizontalAdvance(tick.label));
    }
    const double left = widest + 12;
    const double right = metrics.averageCharWidth() * kRightMargin;
    const double width = std::max(size.width() - left - right, 40.0);
    m_chart->resize(size);
    m_chart->setPlotArea({left, top, width, std::max(size.height() - top - bottom, 20.0)});
    m_chart->layout()->invalidate(); // else the axes would keep the place that they had before
    m_chart->layout()->activate();
    setAxisTicks(*m_y, m_ticksY, std::move(ticksY), m_spanY);
    setAxisTicks(*m_x, m_ticksX, ticksOfX(m_data, m_spanX, width, metrics), m_spanX);
}

double ChartView::stripHeight() const {
    return m_data.strip.steps.isEmpty() ? 0 : QFontMetricsF(font()).height() * 0.6;
}

void ChartView::paintSeries() {
    for (qsizetype i = 0; i < m_bands.size(); ++i) {
        m_bands[i].area->setPen(Qt::NoPen);
        m_bands[i].area->setBrush(chartFill(m_colors.of(m_data.bands[i].role)));
    }
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        const ChartLine& line = m_data.lines[i];
        m_lines[i]->setPen(chartPen(m_colors.of(line.role), line.stroke, line.dots ? 1.5 : 1));
        m_lines[i]->setMarkerSize(5);
    }
    for (QCategoryAxis* axis : {m_x, m_y}) {
        axis->setLabelsFont(font());
        axis->setLabelsColor(m_colors.text);
        axis->setGridLinePen(chartPen(m_colors.grid, ChartStroke::Solid));
        axis->setLinePen(chartPen(m_colors.axis, ChartStroke::Solid));
    }
    const bool empty = m_data.lines.isEmpty();
    m_x->setVisible(!empty);
    m_y->setVisible(!empty);
    m_x->setGridLineVisible(false);
    m_y->setLineVisible(false);
}

void ChartView::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    layOut();
}

void ChartView::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        m_colors = ChartColors::of(palette());
        layOut();
        paintSeries();
        viewport()->update();
    }
}

void ChartView::setCursorRow(int row) {
    row = std::clamp(row, -1, static_cast<int>(m_data.rows.size()) - 1);
    if (row == m_cursor) {
        return;
    }
    m_cursor = row;
    setAccessibleDescription(row < 0 ? m_data.summary : rowText(row));
    QAccessibleEvent spoken(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&spoken);
    viewport()->update();
    Q_EMIT cursorMoved(row);
}

QString ChartView::rowText(int row) const {
    if (row < 0 || row >= m_data.rows.size()) {
        return {};
    }
    const QStringList& cells = m_data.rows[row].cells;
    QStringList parts;
    for (qsizetype i = 0; i < std::min(cells.size(), m_data.columns.size()); ++i) {
        parts.append(m_data.columns[i] + u" "_s + cells[i]);
    }
    return parts.join(u", "_s);
}

void ChartView::setSelection(std::optional<ChartSpan> span) {
    m_selection = span;
    m_anchor = -1;
    viewport()->update();
}

} // namespace gnomon::ui
