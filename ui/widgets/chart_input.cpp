// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart does with keys and the pointer.
#include "ui/widgets/chart_view.h"

#include <QChart>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

namespace {

constexpr double kDragThreshold = 4; // pixels; less is a click

} // namespace

double ChartView::toSceneX(double x) const {
    const QRectF plot = m_chart->plotArea();
    return plot.left() + (x - m_spanX.low) / m_spanX.length() * plot.width();
}

double ChartView::toSceneY(double y) const {
    const QRectF plot = m_chart->plotArea();
    return plot.bottom() - (scaledY(m_data.y, y) - m_spanY.low) / m_spanY.length() * plot.height();
}

double ChartView::toX(double sceneX) const {
    const QRectF plot = m_chart->plotArea();
    const double share = std::clamp((sceneX - plot.left()) / plot.width(), 0.0, 1.0);
    return m_spanX.low + share * m_spanX.length();
}

int ChartView::nearestRow(double sceneX) const {
    int nearest = -1;
    double distance = 0;
    for (int i = 0; i < m_data.rows.size(); ++i) {
        const double d = std::abs(toSceneX(m_data.rows[i].x) - sceneX);
        if (nearest < 0 || d < distance) {
            nearest = i;
            distance = d;
        }
    }
    return nearest;
}

void ChartView::extendSelection(int row) {
    row = std::clamp(row, 0, static_cast<int>(m_data.rows.size()) - 1);
    if (m_anchor < 0) {
        m_anchor = std::max(m_cursor, 0);
    }
    setCursorRow(row);
    const auto [low, high] = std::minmax(m_data.rows[m_anchor].x, m_data.rows[row].x);
    m_selection = ChartSpan{low, high};
    viewport()->update();
}

void ChartView::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(m_data.rows.size()) - 1;
    int target = m_cursor;
    switch (event->key()) {
    case Qt::Key_Left:
        target = m_cursor < 0 ? last : std::max(0, m_cursor - 1);
        break;
    case Qt::Key_Right:
        target = std::min(last, m_cursor + 1);
        break;
    case Qt::Key_PageUp:
        target = std::max(0, m_cursor - 10);
        break;
    case Qt::Key_PageDown:
        target = std::min(last, m_cursor + 10);
        break;
    case Qt::Key_Home:
        target = 0;
        break;
    case Qt::Key_End:
        target = last;
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_anchor >= 0 && m_selection) {
            m_anchor = -1;
            Q_EMIT rangeSelected(m_selection->low, m_selection->high);
        } else if (m_cursor >= 0) {
            Q_EMIT rowActivated(m_cursor);
        } else {
            event->ignore();
        }
        return;
    case Qt::Key_Escape:
        if (m_cursor < 0 && m_anchor < 0) {
            event->ignore();
            return;
        }
        if (m_anchor >= 0) {
            setSelection(std::nullopt);
            Q_EMIT selectionCleared();
        }
        setCursorRow(-1);
        return;
    default:
        event->ignore(); // the scene has no use for keys; the screen around may have
        return;
    }
    if (last < 0) {
        return;
    }
    if (event->modifiers().testFlag(Qt::ShiftModifier) && m_data.x.selectable) {
        extendSelection(target);
    } else {
        m_anchor = -1;
        setCursorRow(target);
    }
}

void ChartView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    setFocus(Qt::MouseFocusReason);
    m_dragFrom = mapToScene(event->pos()).x();
    m_anchor = -1;
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
    const double at = mapToScene(event->pos()).x();
    if (m_dragFrom && m_data.x.selectable && std::abs(at - *m_dragFrom) >= kDragThreshold) {
        const auto [low, high] = std::minmax({toX(*m_dragFrom), toX(at)});
        m_selection = ChartSpan{low, high};
    }
    m_hover = nearestRow(at);
    viewport()->update();
}

void ChartView::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_dragFrom || event->button() != Qt::LeftButton) {
        return;
    }
    const double at = mapToScene(event->pos()).x();
    const bool dragged = std::abs(at - *m_dragFrom) >= kDragThreshold;
    m_dragFrom.reset();
    if (dragged && m_data.x.selectable && m_selection) {
        Q_EMIT rangeSelected(m_selection->low, m_selection->high);
    } else if (!dragged) {
        setCursorRow(nearestRow(at));
    }
}

void ChartView::mouseDoubleClickEvent(QMouseEvent* event) {
    m_dragFrom.reset();
    const int row = nearestRow(mapToScene(event->pos()).x());
    if (row >= 0) {
        setCursorRow(row);
        Q_EMIT rowActivated(row);
    }
}

void ChartView::leaveEvent(QEvent* event) {
    QChartView::leaveEvent(event);
    m_hover = -1;
    viewport()->update();
}

} // namespace gnomon::ui
