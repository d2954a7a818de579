// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QString>
#include <QWidget>

#include <functional>

namespace gnomon::app {

// Works a console window as a person at the keyboard does, finding things by their object names. GUI thread only.
// Waiting runs the event loop: for tests and the tour, never for the product.
class ConsoleDriver {
public:
    explicit ConsoleDriver(QWidget& window) : m_window(window) {}

    // The visible widget with that name; null when there is none.
    QWidget* find(const QString& name) const;
    // Its text: a label's, a button's, a badge's word, a field's content; else that of everything in it.
    QString text(const QString& name) const;
    // Rows of the visible table with that name; -1 when there is none.
    int rows(const QString& name) const;

    // A key to the window, as from the keyboard: what gets it is the window's affair.
    void press(const QKeyCombination& key);
    void type(const QString& text);
    // Ctrl+K, the words, Return: whatever the palette offers first for them.
    bool runFromPalette(const QString& words);
    bool waitFor(const std::function<bool()>& condition, int milliseconds = 15000) const;
    // Lets the console go on for a while.
    void pause(int milliseconds) const;

    // Does the change whose sheet is open: waits for its preview, gives the reason, confirms by Ctrl+Return, waits for
    // the proof of effect. Empty, or what went wrong.
    QString confirmChange(const QString& reason);
    void closeSheet();

private:
    QWidget& m_window;
};

// Everything that can be read in the window, one line a widget: "objectName: text". Tables show their visible cells.
QString visibleTexts(const QWidget& window);

} // namespace gnomon::app
