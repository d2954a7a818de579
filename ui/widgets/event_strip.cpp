// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/event_strip.h"

#include "ui/widgets/chart_ticks.h"
#include "ui/widgets/shapes.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kMinute = 60e3;
constexpr std::array<double, 8> kSpans = {
    2 * kMinute,       10 * kMinute,          60 * kMinute,           6 * 60 * kMinute,
    24 * 60 * kMinute, 7 * 24 * 60 * kMinute, 30 * 24 * 60 * kMinute, 365 * 24 * 60 * kMinute};
constexpr qsizetype kNewest = 8; // that are shown unless somebody wants another span

} // namespace

EventStrip::EventStrip(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void EventStrip::setEvents(QList<StripEvent> events, double now, const QTimeZone& zone) {
    const std::optional<StripEvent> before = m_cursor >= 0 ? std::optional(m_events[m_cursor]) : std::nullopt;
    m_events = std::move(events);
    m_now = m_events.isEmpty() ? now : std::max(now, m_events.back().time); // clocks differ
    m_zone = zone;
    m_cursor = before ? static_cast<int>(m_events.indexOf(*before)) : -1;
    describe();
    update();
}

// What a screen reader says of it: what the cursor is on, else how many there are.
void EventStrip::describe() {
    const qsizetype count = m_events.size();
    setAccessibleDescription(m_cursor >= 0
                                 ? tr("%1 of %2: %3").arg(m_cursor + 1).arg(count).arg(m_events[m_cursor].text)
                             : count == 0 ? tr("Nothing has been changed yet.")
                                          : tr("%1 in all, the newest: %2").arg(count).arg(m_events.back().text));
}

int EventStrip::chosenSpan() const {
    if (m_span >= 0) {
        return m_span;
    }
    int span = 0;
    if (!m_events.isEmpty()) {
        const double oldest = m_events[std::max<qsizetype>(0, m_events.size() - kNewest)].time;
        while (span + 1 < static_cast<int>(kSpans.size()) && m_now - oldest > kSpans[static_cast<std::size_t>(span)]) {
            ++span;
        }
    }
    return span;
}

ChartSpan EventStrip::span() const {
    return {m_now - kSpans[static_cast<std::size_t>(chosenSpan())], m_now};
}

void EventStrip::zoom(int step) {
    m_span = std::clamp(chosenSpan() + step, 0, static_cast<int>(kSpans.size()) - 1);
    update();
}

void EventStrip::setCursor(int event) {
    event = std::clamp(event, -1, static_cast<int>(m_events.size()) - 1);
    if (event == m_cursor) {
        return;
    }
    m_cursor = event;
    while (event >= 0 && m_events[event].time < span().low && chosenSpan() + 1 < static_cast<int>(kSpans.size())) {
        zoom(1); // the cursor is always to be seen
    }
    describe();
    QAccessibleEvent spoken(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&spoken);
    update();
    Q_EMIT cursorMoved(event);
}

int EventStrip::markSide() const {
    return px(this, 0.75);
}

QRectF EventStrip::line() const {
    const double side = markSide();
    const double left = side;
    return {left, fontMetrics().height() * 0.9, width() - 2 * left - fontMetrics().horizontalAdvance(tr("now")), 0};
}

QSize EventStrip::sizeHint() const {
    return {px(this, 40), static_cast<int>(fontMetrics().height() * 2.9)};
}

QSize EventStrip::minimumSizeHint() const {
    return {px(this, 16), sizeHint().height()};
}

QList<EventStrip::Mark> EventStrip::marks() const {
    const ChartSpan shown = span();
    const QRectF at = line();
    QList<Mark> marks;
    for (int i = 0; i < m_events.size(); ++i) {
        const StripEvent& event = m_events[i];
        if (event.time < shown.low) {
            continue;
        }
        const double x = at.left() + (event.time - shown.low) / shown.length() * at.width();
        if (!marks.isEmpty() && x - marks.back().x < markSide() * 1.2) {
            marks.back().last = i;
            marks.back().tone = std::min(marks.back().tone, event.tone); // the loudest
        } else {
            marks.append({x, i, i, event.tone});
        }
    }
    return marks;
}

const EventStrip::Mark* EventStrip::markAt(const QList<Mark>& marks, double x) const {
    const auto found =
        std::ranges::find_if(marks, [&](const Mark& mark) { return std::abs(mark.x - x) <= markSide(); });
    return found == marks.end() ? nullptr : &*found;
}

QString EventStrip::textOf(const Mark& mark) const {
    QStringList lines;
    for (int i = mark.first; i <= mark.last; ++i) {
        lines.append(m_events[i].text);
    }
    return lines.join(u'\n');
}

void EventStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Colors& colors = colorsOf(palette());
    const QRectF at = line();
    const double y = at.top();
    const ChartSpan shown = span();
    painter.setPen(colorOf(colors.muted));
    if (m_events.isEmpty()) {
        painter.drawText(rect(), Qt::AlignCenter, tr("Nothing has been changed yet."));
        return;
    }
    painter.drawLine(at.topLeft(), at.topRight());
    painter.drawText(QPointF(at.right() + markSide() / 2.0, y + fontMetrics().height() * 0.35), tr("now"));
    const int most = static_cast<int>(at.width() / (fontMetrics().averageCharWidth() * 16.0));
    for (const ChartTick& tick : timeTicks(shown.low, shown.high, std::max(most, 2), m_zone)) {
        const double x = at.left() + (tick.at - shown.low) / shown.length() * at.width();
        const double label = fontMetrics().horizontalAdvance(tick.label);
        painter.setPen(colorOf(colors.border));
        painter.drawLine(QPointF(x, y), QPointF(x, y + fontMetrics().height() * 0.6));
        painter.setPen(colorOf(colors.muted));
        painter.drawText(QPointF(std::clamp(x - label / 2, 0.0, width() - label), y + fontMetrics().height() * 1.5),
                         tick.label);
    }
    double taken = 0; // up to where the marks and labels on the left reach
    const QList<Mark> all = marks();
    for (qsizetype i = 0; i < all.size(); ++i) {
        taken = paintMark(painter, all[i], taken, i + 1 < all.size() ? all[i + 1].x - markSide() : at.right());
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(palette().color(QPalette::Highlight));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
}

double EventStrip::paintMark(QPainter& painter, const Mark& mark, double roomFrom, double roomUntil) const {
    const theme::Colors& colors = colorsOf(palette());
    const double side = markSide();
    const double y = line().top();
    const QRectF shape(mark.x - side / 2, y - side / 2, side, side);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(backgroundRole()));
    painter.drawEllipse(shape.adjusted(-2, -2, 2, 2));
    paintShape(painter, shape, mark.tone, colors);
    const bool current = m_cursor >= mark.first && m_cursor <= mark.last;
    if (current) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colorOf(colors.text), 1.2));
        painter.drawEllipse(shape.adjusted(-3, -3, 3, 3));
    }
    const int count = mark.last - mark.first + 1;
    const QString label = count > 1 ? tr("%1 changes").arg(count) : m_events[mark.first].label;
    const double reach = side / 2 + 3; // with the ring around it
    const double width = fontMetrics().horizontalAdvance(label) + side / 2;
    const double height = fontMetrics().height();
    QRectF box;
    if (mark.x + reach + width <= roomUntil) {
        box = QRectF(mark.x + reach, y - height / 2, width, height);
    } else if (mark.x - reach - width >= roomFrom) {
        box = QRectF(mark.x - reach - width, y - height / 2, width, height);
    } else {
        return mark.x + reach; // the tooltip has it
    }
    painter.fillRect(box, palette().color(backgroundRole()));
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(box, Qt::AlignCenter, label);
    return std::max(mark.x + reach, box.right());
}

bool EventStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QList<Mark> all = marks();
        const Mark* mark = markAt(all, help->pos().x());
        QToolTip::showText(help->globalPos(), mark != nullptr ? textOf(*mark) : QString(), this);
        return true;
    }
    return QWidget::event(event);
}

void EventStrip::keyPressEvent(QKeyEvent* event) {
    const int count = static_cast<int>(m_events.size());
    switch (event->key()) {
    case Qt::Key_Left:
        setCursor(m_cursor < 0 ? count - 1 : std::max(m_cursor - 1, 0));
        return;
    case Qt::Key_Right:
        setCursor(m_cursor < 0 ? count - 1 : m_cursor + 1);
        return;
    case Qt::Key_Home:
        setCursor(0);
        return;
    case Qt::Key_End:
        setCursor(count - 1);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(-1);
        return;
    case Qt::Key_Minus:
        zoom(1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_cursor >= 0) {
            Q_EMIT eventTaken(m_cursor);
            return;
        }
        break;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

void EventStrip::mousePressEvent(QMouseEvent* event) {
    const QList<Mark> all = marks();
    const Mark* mark = markAt(all, event->position().x());
    if (mark != nullptr) { // again on the same mark: the next one of its events
        const bool inside = m_cursor > mark->first && m_cursor <= mark->last;
        setCursor(inside ? m_cursor - 1 : mark->last);
    }
}

void EventStrip::mouseDoubleClickEvent(QMouseEvent* event) {
    const QList<Mark> all = marks();
    if (markAt(all, event->position().x()) != nullptr && m_cursor >= 0) {
        Q_EMIT eventTaken(m_cursor);
    }
}

} // namespace gnomon::ui
