// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/shell/screen.h"
#include "ui/widgets/panel.h"

namespace gnomon::ui {

// "?": the keys that work everywhere and those of the screen that is shown.
class KeySheet final : public Panel {
    Q_OBJECT
public:
    KeySheet(const QString& screenTitle, const QList<KeyHelp>& screenKeys, QWidget* parent = nullptr);
};

} // namespace gnomon::ui
