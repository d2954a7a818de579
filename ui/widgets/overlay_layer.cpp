// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/overlay_layer.h"

#include "ui/widgets/tokens.h"

#include <QApplication>
#include <QEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace gnomon::ui {

OverlayLayer::OverlayLayer(QWidget* over) : QWidget(over) {
    over->installEventFilter(this);
    hide();
}

void OverlayLayer::open(QWidget* card, Place where, QWidget* focus) {
    const QPointer<QWidget> before = isOpen() ? m_focusBefore : QPointer<QWidget>(QApplication::focusWidget());
    if (m_card != nullptr) {
        m_card->hide();
        m_card->deleteLater();
    }
    m_focusBefore = before;
    m_card = card;
    m_place = where;
    card->setParent(this);
    card->installEventFilter(this);
    setGeometry(parentWidget()->rect());
    show();
    raise();
    card->show();
    place();
    focus->setFocus(Qt::PopupFocusReason);
}

void OverlayLayer::close() {
    if (m_card == nullptr) {
        return;
    }
    m_card->hide();
    m_card->deleteLater();
    m_card = nullptr;
    hide();
    if (m_focusBefore != nullptr) {
        m_focusBefore->setFocus(Qt::PopupFocusReason);
    }
    Q_EMIT closed();
}

void OverlayLayer::place() {
    if (m_card == nullptr) {
        return;
    }
    const int margin = px(this, theme::kDistances.large);
    const QSize room = size() - QSize(2 * margin, 2 * margin);
    QSize wanted = m_card->sizeHint().expandedTo(m_card->minimumSizeHint());
    if (m_card->hasHeightForWidth()) {
        wanted.setHeight(m_card->heightForWidth(std::min(wanted.width(), room.width())));
    }
    wanted = wanted.boundedTo(room);
    const int x = (width() - wanted.width()) / 2;
    const int y = m_place == Place::Top ? px(this, 5) : (height() - wanted.height()) * 2 / 5;
    m_card->setGeometry(
        QRect(QPoint(x, std::clamp(y, margin, std::max(margin, height() - wanted.height() - margin))), wanted));
}

bool OverlayLayer::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parent() && event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
        place();
    } else if (watched == m_card && event->type() == QEvent::LayoutRequest) {
        place();
    }
    return false;
}

void OverlayLayer::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const bool dark = palette().color(QPalette::Window).lightness() < 128;
    painter.fillRect(rect(), QColor(0, 0, 0, dark ? 140 : 70));
    if (m_card != nullptr) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        for (int i = 6; i > 0; --i) { // a soft edge, cheaper than a blur
            painter.setBrush(QColor(0, 0, 0, 9));
            painter.drawRoundedRect(m_card->geometry().adjusted(-i, -i + 2, i, i + 2), 8, 8);
        }
    }
}

// What lies beneath is out of reach; a click beside the card does not close it, for it may hold typed text.
void OverlayLayer::mousePressEvent(QMouseEvent* event) {
    event->accept();
}

bool OverlayLayer::focusNextPrevChild(bool next) {
    QWidget* start = QApplication::focusWidget();
    if (start == nullptr || m_card == nullptr) {
        return false;
    }
    for (QWidget* widget = start;;) {
        widget = next ? widget->nextInFocusChain() : widget->previousInFocusChain();
        if (widget == start || widget == nullptr) {
            return true;
        }
        const bool takesTab = (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
        if (takesTab && widget->isEnabled() && widget->isVisibleTo(m_card) && m_card->isAncestorOf(widget) &&
            widget->focusProxy() == nullptr) {
            widget->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
            return true;
        }
    }
}

} // namespace gnomon::ui
