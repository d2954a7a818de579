// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/chart_axis.h"
#include "ui/widgets/tokens.h"

#include <QTimeZone>

namespace gnomon::ui {

// Something that happened, at milliseconds since 1970 UTC.
struct StripEvent {
    double time = 0;
    Tone tone = Tone::Open;
    QString label; // beside the mark, where there is room
    QString text;  // all that is to be said of it

    bool operator==(const StripEvent&) const = default;
};

// Events as marks on a line of time that ends now. Marks that would lie on each other become one with a count. Left and
// Right step from event to event, Home and End jump, plus and minus change how far back it looks, Enter or a double
// click takes one. What the cursor is on is told to screen readers. GUI thread only.
class EventStrip final : public QWidget {
    Q_OBJECT
public:
    explicit EventStrip(QWidget* parent = nullptr);

    // Oldest first. The cursor stays on its event.
    void setEvents(QList<StripEvent> events, double now, const QTimeZone& zone);
    const QList<StripEvent>& events() const { return m_events; }
    int cursor() const { return m_cursor; } // -1: on none
    void setCursor(int event);
    // From when to when it shows.
    ChartSpan span() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void cursorMoved(int event);
    void eventTaken(int event);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    struct Mark {
        double x = 0;
        int first = 0; // of its events; they follow each other
        int last = 0;
        Tone tone = Tone::Open;
    };
    QList<Mark> marks() const;
    int markSide() const;
    QRectF line() const;
    void describe();
    void zoom(int step);
    int chosenSpan() const;
    const Mark* markAt(const QList<Mark>& marks, double x) const;
    QString textOf(const Mark& mark) const;
    // Returns how far to the right it reaches.
    double paintMark(QPainter& painter, const Mark& mark, double roomFrom, double roomUntil) const;

    QList<StripEvent> m_events;
    double m_now = 0;
    QTimeZone m_zone = QTimeZone::utc();
    int m_cursor = -1;
    int m_span = -1; // -1: whatever shows the newest few
};

} // namespace gnomon::ui
