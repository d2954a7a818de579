// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/finding_label.h"

#include "ui/views/audit/finding_mark.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QPainter>

namespace gnomon::ui {

FindingLabel::FindingLabel(QWidget* parent) : QWidget(parent), m_text(new TextLabel(TextStyle::Body, {}, this)) {
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* row = new QHBoxLayout(this);
    const int small = px(this, theme::kDistances.small);
    row->setContentsMargins(px(this, 1.8), small, small, small);
    row->addWidget(m_text);
}

void FindingLabel::setFinding(Finding finding, const QString& text) {
    m_finding = finding;
    m_text->setText(text);
    setAccessibleDescription(text);
    update();
}

QString FindingLabel::text() const {
    return m_text->text();
}

void FindingLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Colors& colors = colorsOf(palette());
    if (isAlarm(m_finding)) {
        const double radius = px(this, theme::kDistances.radius);
        painter.setPen(Qt::NoPen);
        painter.setBrush(groundColor(colors, Tone::Act));
        painter.drawRoundedRect(rect(), radius, radius);
    }
    const double side = px(this, 0.7);
    const double centre = m_text->y() + fontMetrics().height() / 2.0;
    paintFinding(painter, QRectF(px(this, 0.5), centre - side / 2, side, side), m_finding, colors);
}

} // namespace gnomon::ui
