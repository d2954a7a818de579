// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/tab_order.h"

#include <QWidget>

namespace gnomon::ui {

QWidget* neighbourInTabOrder(QWidget& start, const QWidget& within, bool next) {
    const auto step = [next](const QWidget* from) {
        return next ? from->nextInFocusChain() : from->previousInFocusChain();
    };
    for (QWidget* widget = step(&start); widget != &start; widget = step(widget)) {
        const bool inside = widget == &within || within.isAncestorOf(widget);
        const bool takesTab = (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
        if (inside && takesTab && widget->focusProxy() == nullptr && widget->isEnabled() &&
            widget->isVisibleTo(&within)) {
            return widget;
        }
    }
    return nullptr;
}

} // namespace gnomon::ui
