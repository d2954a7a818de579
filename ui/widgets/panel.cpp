// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/panel.h"

#include "ui/widgets/tokens.h"

#include <QPainter>

namespace gnomon::ui {

void Panel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(colorOf(colors.edge));
    painter.setBrush(colorOf(colors.surface));
    const double radius = px(this, theme::kDistances.radius);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
}

} // namespace gnomon::ui
