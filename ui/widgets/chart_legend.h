// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/widgets/chart_data.h"

namespace gnomon::ui {

struct ChartColors;

// One line: a sample of each named line, band and mark with its name, then the chart's note. What does not fit is
// elided, the note first.
class ChartLegend final : public QWidget {
public:
    explicit ChartLegend(QWidget* parent = nullptr);

    void setData(const ChartData& next);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    enum class Sample { Line, Band, Mark };
    struct Entry {
        QString name;
        ChartRole role = ChartRole::Reference;
        ChartStroke stroke = ChartStroke::Solid;
        Sample sample = Sample::Line;
        Qt::BrushStyle fill = Qt::NoBrush; // of a strip
    };
    static void paintSample(QPainter& painter, const Entry& entry, const QRect& rect, const ChartColors& colors);
    QList<Entry> m_entries;
    QString m_note;
};

} // namespace gnomon::ui
