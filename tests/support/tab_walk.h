// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QRadioButton>
#include <QTest>

#include <algorithm>
#include <utility>

namespace gnomon::test {

// What Tab should lead to.
inline QList<QWidget*> tabStops(const QWidget& inside) {
    QList<QWidget*> stops;
    const QWidget* choice = nullptr; // of radio buttons one takes Tab, the arrows go to the others
    for (QWidget* widget : inside.findChildren<QWidget*>()) {
        if (const auto* radio = qobject_cast<const QRadioButton*>(widget)) {
            if (std::exchange(choice, radio->parentWidget()) == radio->parentWidget()) {
                continue;
            }
        }
        if (widget->isVisible() && widget->isEnabled() && widget->focusProxy() == nullptr &&
            (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus) {
            stops.append(widget);
        }
    }
    return stops;
}

// What Tab leads to, from where the focus is until it is there again.
inline QList<QWidget*> walk(Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QList<QWidget*> seen{QApplication::focusWidget()};
    for (int i = 0; i < 100; ++i) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab, modifiers);
        if (seen.contains(QApplication::focusWidget())) {
            break;
        }
        seen.append(QApplication::focusWidget());
    }
    return seen;
}

inline QString namesOf(const QList<QWidget*>& widgets) {
    QStringList names;
    for (const QWidget* widget : widgets) {
        names.append(widget->objectName().isEmpty() ? QString::fromLatin1(widget->metaObject()->className())
                                                    : widget->objectName());
    }
    return names.join(QLatin1String(" "));
}

// What is wrong with Tab in a card that has the focus; empty when it goes through all that can be reached, from where
// the focus is, in the order in which the card is read, round and back by Shift+Tab.
inline QString tabProblem(QWidget& card) {
    // What overlaps vertically stands on one line.
    const auto before = [&](const QWidget* a, const QWidget* b) {
        const QRect first(a->mapTo(&card, QPoint()), a->size());
        const QRect second(b->mapTo(&card, QPoint()), b->size());
        return first.bottom() < second.center().y() ||
               (first.top() <= second.center().y() && first.left() < second.left());
    };
    QList<QWidget*> expected = tabStops(card);
    std::ranges::stable_sort(expected, before);
    std::ranges::rotate(expected, std::ranges::find(expected, QApplication::focusWidget()));
    const QList<QWidget*> forward = walk();
    if (forward != expected) {
        return QStringLiteral("Tab goes: ") + namesOf(forward) + QStringLiteral("; reads: ") + namesOf(expected);
    }
    QList<QWidget*> backward = walk(Qt::ShiftModifier);
    std::reverse(backward.begin() + 1, backward.end());
    if (backward != expected) {
        return QStringLiteral("Shift+Tab goes: ") + namesOf(backward) + QStringLiteral("; reads: ") + namesOf(expected);
    }
    return {};
}

} // namespace gnomon::test
