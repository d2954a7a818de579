// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/environment_stripe.h"

#include <QPainter>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

QColor environmentColor(const theme::Colors& colors, EnvironmentLook look) {
    switch (look) {
    case EnvironmentLook::None:
        return colorOf(colors.border);
    case EnvironmentLook::Production:
        return colorOf(colors.environmentProduction);
    case EnvironmentLook::Test:
        return colorOf(colors.environmentTest);
    case EnvironmentLook::Practice:
        return colorOf(colors.environmentPractice);
    }
    return {};
}

// Production is solid, test is striped, practice is dotted: told apart without colour.
void paintEnvironment(QPainter& painter, const QRect& rect, EnvironmentLook look, const theme::Colors& colors) {
    const QColor color = environmentColor(colors, look);
    painter.fillRect(rect, color);
    if (look != EnvironmentLook::Test && look != EnvironmentLook::Practice) {
        return;
    }
    QColor light = colorOf(colors.onEnvironment);
    light.setAlphaF(0.5F);
    painter.save();
    painter.setClipRect(rect);
    const int h = rect.height();
    const int step = look == EnvironmentLook::Test ? 4 * h : 3 * h;
    painter.setRenderHint(QPainter::Antialiasing);
    for (int x = rect.left() - h; x < rect.right() + h; x += step) {
        if (look == EnvironmentLook::Test) {
            painter.setPen(QPen(light, h * 0.8));
            painter.drawLine(x, rect.bottom() + h, x + 3 * h, rect.top() - h);
        } else {
            painter.setPen(Qt::NoPen);
            painter.setBrush(light);
            painter.drawEllipse(QPointF(x, rect.top() + h / 2.0), h * 0.3, h * 0.3);
        }
    }
    painter.restore();
}

EnvironmentStripe::EnvironmentStripe(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EnvironmentStripe::setEnvironment(EnvironmentLook look, const QString& word, const QString& details) {
    m_look = look;
    m_word = word;
    m_details = details;
    setAccessibleName(word + u", "_s + details);
    update();
}

QSize EnvironmentStripe::sizeHint() const {
    return {0, px(this, theme::kDistances.stripe) + px(this, 1.35)};
}

void EnvironmentStripe::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    const int stripe = px(this, theme::kDistances.stripe);
    paintEnvironment(painter, QRect(0, 0, width(), stripe), m_look, colors);
    const QRect line(0, stripe, width(), height() - stripe);
    painter.fillRect(line, colorOf(colors.raised));
    QFont bold = font();
    bold.setBold(true);
    const QFontMetrics metrics(bold);
    const int pad = px(this, theme::kDistances.medium);
    int x = pad;
    if (!m_word.isEmpty()) {
        const QRect chip(x, line.top() + 2, metrics.horizontalAdvance(m_word) + 2 * pad, line.height() - 4);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(environmentColor(colors, m_look));
        const int radius = px(this, theme::kDistances.radius);
        painter.drawRoundedRect(chip, radius, radius);
        painter.setPen(colorOf(m_look == EnvironmentLook::None ? colors.text : colors.onEnvironment));
        painter.setFont(bold);
        painter.drawText(chip, Qt::AlignCenter, m_word);
        x = chip.right() + pad;
    }
    painter.setFont(font());
    painter.setPen(colorOf(colors.muted));
    const QRect rest(x, line.top(), width() - x - pad, line.height());
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(m_details, Qt::ElideRight, rest.width()));
    painter.setPen(colorOf(colors.border));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace gnomon::ui
