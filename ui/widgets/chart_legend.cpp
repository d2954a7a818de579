// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/chart_legend.h"

#include "ui/widgets/chart_style.h"

#include <QPainter>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSample = 22; // pixels
constexpr int kGap = 5;

} // namespace

ChartLegend::ChartLegend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ChartLegend::setData(const ChartData& next) {
    m_entries.clear();
    QStringList names;
    for (const ChartLine& line : next.lines) {
        if (!line.name.isEmpty()) {
            m_entries.append({line.name, line.role, line.stroke, Sample::Line, Qt::NoBrush});
            names.append(line.name);
        }
    }
    for (const ChartBand& band : next.bands) {
        if (!band.name.isEmpty()) {
            m_entries.append({band.name, band.role, ChartStroke::Solid, Sample::Band, Qt::NoBrush});
            names.append(band.name);
        }
    }
    if (!next.marks.isEmpty() && !next.markName.isEmpty()) {
        m_entries.append({next.markName, ChartRole::Alarm, ChartStroke::Solid, Sample::Mark, Qt::NoBrush});
        names.append(next.markName);
    }
    for (qsizetype i = 0; i < next.strip.layers.size(); ++i) { // only what there is
        const bool any =
            std::ranges::any_of(next.strip.steps, [i](const ChartStep& step) { return step.shares.value(i) > 0; });
        if (any) {
            const ChartLayer& layer = next.strip.layers[i];
            m_entries.append({layer.name, layer.role, ChartStroke::Solid, Sample::Band, layer.fill});
            names.append(layer.name);
        }
    }
    m_note = next.lines.isEmpty() ? QString() : next.note;
    setToolTip(m_note);
    setAccessibleDescription(names.join(u", "_s) + (m_note.isEmpty() ? QString() : QString(u"; "_s + m_note)));
    updateGeometry();
    update();
}

QSize ChartLegend::sizeHint() const {
    int width = 0;
    for (const Entry& entry : m_entries) {
        width += kSample + kGap + fontMetrics().horizontalAdvance(entry.name) + fontMetrics().averageCharWidth() * 2;
    }
    return {width + fontMetrics().horizontalAdvance(m_note), fontMetrics().height() + 4};
}

QSize ChartLegend::minimumSizeHint() const {
    return {0, fontMetrics().height() + 4};
}

void ChartLegend::paintSample(QPainter& painter, const Entry& entry, const QRect& rect, const ChartColors& colors) {
    const QColor color = colors.of(entry.role);
    switch (entry.sample) {
    case Sample::Line:
        painter.setPen(chartPen(color, entry.stroke, 2));
        painter.drawLine(rect.left(), rect.center().y() + 1, rect.right() + 1, rect.center().y() + 1);
        break;
    case Sample::Band:
        painter.fillRect(rect, entry.fill == Qt::NoBrush ? QBrush(chartFill(color)) : QBrush(color, entry.fill));
        break;
    case Sample::Mark:
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawPolygon(chartMark(rect.center()));
        break;
    }
}

void ChartLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ChartColors colors = ChartColors::of(palette());
    const QFontMetrics metrics = fontMetrics();
    const int middle = height() / 2;
    int x = 0;
    for (const Entry& entry : m_entries) {
        const int width = kSample + kGap + metrics.horizontalAdvance(entry.name);
        if (x + width > this->width()) {
            return;
        }
        paintSample(painter, entry, QRect(x, middle - 5, kSample, 10), colors);
        painter.setPen(colors.text);
        painter.drawText(QRect(x + kSample + kGap, 0, width, height()), Qt::AlignLeft | Qt::AlignVCenter, entry.name);
        x += width + metrics.averageCharWidth() * 2;
    }
    const QRect rest(x, 0, width() - x, height());
    if (!m_note.isEmpty() && rest.width() > metrics.averageCharWidth() * 8) {
        painter.setPen(colors.quiet);
        painter.drawText(rest, Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(m_note, Qt::ElideRight, rest.width()));
    }
}

} // namespace gnomon::ui
