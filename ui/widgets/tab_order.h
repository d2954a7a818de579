// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace gnomon::ui {

// Where Tab leads from `start`, or Shift+Tab when not `next`, among what is inside `within`; null when to nothing else.
// Qt's own walk takes a compound widget with a focus proxy for a stop, which leads into its middle, past all that comes
// before: this one does not.
QWidget* neighbourInTabOrder(QWidget& start, const QWidget& within, bool next);

} // namespace gnomon::ui
