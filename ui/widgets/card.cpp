// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/card.h"

#include "ui/widgets/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace gnomon::ui {

Card::Card(QWidget* parent) : QFrame(parent), m_column(new QVBoxLayout(this)) {
    const int small = px(this, theme::kDistances.small);
    m_column->setContentsMargins(small * 2, small, small * 2, small);
    m_column->setSpacing(small);
}

QHBoxLayout* Card::addTitle(const QString& title) {
    m_title = new QLabel(title, this);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    auto* line = new QHBoxLayout;
    line->setSpacing(px(this, theme::kDistances.medium));
    line->addWidget(m_title);
    m_column->addLayout(line);
    return line;
}

void Card::add(QWidget* widget, int stretch) {
    m_column->addWidget(widget, stretch);
}

void Card::add(QLayout* layout, int stretch) {
    m_column->addLayout(layout, stretch);
}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Colors& colors = colorsOf(palette());
    const double radius = px(this, theme::kDistances.radius);
    painter.setPen(colorOf(colors.border));
    painter.setBrush(colorOf(colors.surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
}

} // namespace gnomon::ui
