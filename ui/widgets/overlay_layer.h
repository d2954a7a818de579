// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

namespace gnomon::ui {

// The layer over a whole window with one card on it: a sheet, the palette, the key sheet. It catches the pointer and
// keeps the keyboard inside the card: what takes the focus beneath it loses it at once and gets it back at the end.
// Closing hands the focus back before it returns, to the widget beneath that had it last, if that can still take it;
// else the window is left without, and whoever listens to closed() knows of something better. Not a dialog: no window
// of its own, no nested event loop. GUI thread only.
class OverlayLayer final : public QWidget {
    Q_OBJECT
public:
    enum class Place { Centre, Top };

    // The one layer of the widget's window, made at the first call. The window owns it.
    static OverlayLayer& of(const QWidget& anywhere);

    // Takes over the card; a card that is open already is closed first. focus: a widget of the card, or the card.
    void open(QWidget* card, Place place, QWidget* focus);
    // Destroys the card.
    void close();
    bool isOpen() const { return m_card != nullptr; }
    QWidget* card() const { return m_card; }

Q_SIGNALS:
    void closed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    explicit OverlayLayer(QWidget* over);
    void place();
    void keepFocus(QWidget* now);
    bool isInside(const QWidget* widget) const;

    QPointer<QWidget> m_card;
    QPointer<QWidget> m_focusInside; // had the focus last, in the card
    QPointer<QWidget> m_focusBefore; // had it last, beneath
    Place m_place = Place::Centre;
};

} // namespace gnomon::ui
