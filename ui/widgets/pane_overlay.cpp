// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/pane_overlay.h"

#include "ui/widgets/shapes.h"

#include <QEvent>
#include <QPainter>

namespace gnomon::ui {

PaneOverlay::PaneOverlay(QWidget* over) : QWidget(over) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    over->installEventFilter(this);
    m_animation.setInterval(60);
    connect(&m_animation, &QTimer::timeout, this, [this] {
        m_step = (m_step + 1) % 40;
        update(0, 0, width(), 3);
    });
    hide();
}

void PaneOverlay::setLook(Look look) {
    if (look == m_look) {
        return;
    }
    m_look = look;
    setGeometry(parentWidget()->rect());
    setVisible(look != Look::None);
    raise();
    look == Look::Dimmed ? m_animation.start() : m_animation.stop();
    update();
}

void PaneOverlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    QColor veil = colorOf(colors.surface);
    if (m_look == Look::Hatched) {
        veil.setAlphaF(0.25F);
        painter.fillRect(rect(), veil);
        paintHatch(painter, rect(), colors);
    } else if (m_look == Look::Dimmed) {
        veil.setAlphaF(0.45F);
        painter.fillRect(rect(), veil);
        const int length = width() / 5;
        painter.fillRect((width() + length) * m_step / 40 - length, 0, length, 2, colorOf(colors.accent));
    }
}

bool PaneOverlay::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parent() && event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
    }
    return false;
}

} // namespace gnomon::ui
