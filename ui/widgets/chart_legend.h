// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/widgets/chart_data.h"

namespace gnomon::ui {

// One line: a sample of each named line and band with its name, then the chart's note. What does not fit is elided,
// the note first.
class ChartLegend final : public QWidget {
public:
    explicit ChartLegend(QWidget* parent = nullptr);

    void setData(const ChartData& next);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Entry {
        QString name;
        ChartRole role = ChartRole::Reference;
        ChartStroke stroke = ChartStroke::Solid;
        bool band = false;
        Qt::BrushStyle fill = Qt::NoBrush; // of a strip
    };
    QList<Entry> m_entries;
    QString m_note;
};

} // namespace gnomon::ui
