// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/overlay_layer.h"

#include "ui/widgets/tab_order.h"
#include "ui/widgets/tokens.h"

#include <QApplication>
#include <QEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace gnomon::ui {

OverlayLayer& OverlayLayer::of(const QWidget& anywhere) {
    auto* layer = anywhere.window()->findChild<OverlayLayer*>(QString(), Qt::FindDirectChildrenOnly);
    return layer != nullptr ? *layer : *new OverlayLayer(anywhere.window());
}

OverlayLayer::OverlayLayer(QWidget* over) : QWidget(over) {
    setObjectName(QStringLiteral("overlay"));
    over->installEventFilter(this);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { keepFocus(now); });
    hide();
}

// The next card has the focus before the last one goes, so that Qt finds no focus to move elsewhere by itself.
void OverlayLayer::open(QWidget* card, Place where, QWidget* focus) {
    const QPointer<QWidget> last = m_card;
    if (last == nullptr) {
        m_focusBefore = window()->focusWidget(); // also while another window is the active one
    }
    m_card = card;
    m_focusInside = focus;
    m_place = where;
    card->setParent(this);
    card->installEventFilter(this);
    setGeometry(parentWidget()->rect());
    show();
    raise();
    card->show();
    place();
    focus->setFocus(Qt::PopupFocusReason);
    if (last != nullptr) {
        last->hide();
        last->deleteLater();
    }
}

void OverlayLayer::close() {
    if (m_card == nullptr) {
        return;
    }
    const QPointer<QWidget> card = m_card;
    m_card = nullptr; // from here on the focus may leave it
    if (m_focusBefore != nullptr && m_focusBefore->isVisible() && m_focusBefore->isEnabled()) {
        m_focusBefore->setFocus(Qt::PopupFocusReason);
    } else if (QWidget* inside = window()->focusWidget()) {
        inside->clearFocus();
    }
    m_focusBefore = nullptr;
    card->hide();
    card->deleteLater();
    hide();
    Q_EMIT closed();
}

bool OverlayLayer::isInside(const QWidget* widget) const {
    return widget == m_card || m_card->isAncestorOf(widget);
}

void OverlayLayer::keepFocus(QWidget* now) {
    if (m_card == nullptr || now == nullptr || now->window() != window()) {
        return;
    }
    if (isInside(now)) {
        m_focusInside = now;
        return;
    }
    m_focusBefore = now;
    QWidget* inside = m_focusInside != nullptr && m_focusInside->isEnabled() ? m_focusInside.data() : m_card.data();
    inside->setFocus(Qt::OtherFocusReason);
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

// In the order in which the card's widgets were made, or as QWidget::setTabOrder() has it; round and round.
bool OverlayLayer::focusNextPrevChild(bool next) {
    QWidget* start = window()->focusWidget();
    QWidget* to = start != nullptr && m_card != nullptr ? neighbourInTabOrder(*start, *m_card, next) : nullptr;
    if (to != nullptr) {
        to->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
    }
    return to != nullptr;
}

} // namespace gnomon::ui
