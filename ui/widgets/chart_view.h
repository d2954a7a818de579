// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QChartView>

#include "ui/widgets/chart_axis.h"
#include "ui/widgets/chart_data.h"
#include "ui/widgets/chart_style.h"

#include <optional>

class QAreaSeries;
class QCategoryAxis;
class QLineSeries;

namespace gnomon::ui {

// One chart, drawn by Qt Charts within what it carries: axes that move only when they must, series replaced as a
// whole, one-pixel pens, no OpenGL. Follows the palette live. Arrow keys move a cursor along its rows, Home and End
// jump, Shift extends a selection, Enter takes it. GUI thread only.
class ChartView final : public QChartView {
    Q_OBJECT

public:
    explicit ChartView(QWidget* parent = nullptr);

    void setData(ChartData next);
    const ChartData& content() const { return m_data; }

    // Row under the cursor; -1 when it is not shown.
    int cursorRow() const { return m_cursor; }
    void setCursorRow(int row);
    // The row in words: each column with its cell.
    QString rowText(int row) const;

    // Shades a stretch of x, such as the filter in force.
    void setSelection(std::optional<ChartSpan> span);
    const std::optional<ChartSpan>& selection() const { return m_selection; }

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void cursorMoved(int row);
    void rowActivated(int row);
    void rangeSelected(double low, double high);
    void selectionCleared();

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct BandSeries {
        QLineSeries* lower;
        QLineSeries* upper;
        QAreaSeries* area;
    };

    void rebuildSeries();
    void fillSeries();
    void layOut();
    void paintSeries();
    void extendSelection(int row);
    int nearestRow(double sceneX) const;
    double toSceneX(double x) const;
    double toSceneY(double y) const;
    double toX(double sceneX) const;
    double stripHeight() const;
    void paintStrip(QPainter* painter) const;
    void paintLevels(QPainter* painter) const;
    void paintGuides(QPainter* painter) const;
    void paintMarks(QPainter* painter) const;
    void paintSelection(QPainter* painter) const;
    void paintCursor(QPainter* painter, int row) const;
    void paintReadout(QPainter* painter, const QPointF& at, int row) const;

    QChart* m_chart;
    QCategoryAxis* m_x;
    QCategoryAxis* m_y;
    QList<QLineSeries*> m_lines;
    QList<BandSeries> m_bands;
    ChartData m_data;
    ChartColors m_colors;
    ChartSpan m_spanX;
    ChartSpan m_spanY;
    QList<ChartTick> m_ticksX;
    QList<ChartTick> m_ticksY;
    std::optional<ChartSpan> m_selection;
    std::optional<double> m_dragFrom;
    int m_anchor = -1; // where Shift started
    int m_cursor = -1;
    int m_hover = -1;
};

// Replaces an axis's labels, and only when they differ.
void setAxisTicks(QCategoryAxis& axis, QList<ChartTick>& shown, QList<ChartTick> ticks, const ChartSpan& span);

} // namespace gnomon::ui
