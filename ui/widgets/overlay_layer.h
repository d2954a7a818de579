// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

namespace gnomon::ui {

// A layer over a whole window with one card on it: sheets, the palette, the key sheet. It catches the pointer, keeps
// the Tab key inside the card and gives the focus back when it closes. Not a dialog: no window of its own, no nested
// event loop. One card at a time.
class OverlayLayer final : public QWidget {
    Q_OBJECT
public:
    enum class Place { Centre, Top };

    explicit OverlayLayer(QWidget* over);

    // Takes over the card; a card that is open already is closed first.
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
    void place();

    QPointer<QWidget> m_card;
    QPointer<QWidget> m_focusBefore;
    Place m_place = Place::Centre;
};

} // namespace gnomon::ui
