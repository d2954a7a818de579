// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/screen_tab.h"

#include "ui/widgets/tokens.h"

#include <QPainter>

namespace gnomon::ui {

ScreenTab::ScreenTab(const QIcon& icon, const QString& text, QWidget* parent) : QAbstractButton(parent) {
    setIcon(icon);
    setText(text);
    setAccessibleName(text);
    setCheckable(true);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize ScreenTab::sizeHint() const {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    return {QFontMetrics(bold).horizontalAdvance(text()) + px(this, 1.1) + 3 * px(this, theme::kDistances.medium),
            px(this, 2.3)};
}

void ScreenTab::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    if (underMouse() || hasFocus()) {
        painter.fillRect(rect().adjusted(0, 0, 0, -1), colorOf(colors.hover));
    }
    const int pad = px(this, theme::kDistances.medium);
    const int side = px(this, 1.1);
    icon().paint(&painter, QRect(pad, (height() - side) / 2, side, side));
    QFont styled = font();
    styled.setWeight(isChecked() ? QFont::DemiBold : QFont::Normal);
    painter.setFont(styled);
    painter.setPen(colorOf(isChecked() ? colors.text : colors.muted));
    painter.drawText(rect().adjusted(pad + side + pad / 2, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
    if (isChecked()) {
        const int line = px(this, 0.18);
        painter.fillRect(QRect(pad, height() - line, width() - 2 * pad, line), colorOf(colors.accent));
    }
    if (hasFocus()) {
        painter.setPen(colorOf(colors.accent));
        painter.drawRect(rect().adjusted(1, 1, -2, -2));
    }
}

void ScreenTab::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void ScreenTab::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

} // namespace gnomon::ui
