// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace gnomon::ui {

// A line icon of resources/icons by name ("fleet"). It takes the text colour of the palette at the moment it is
// painted, so that it follows the theme.
QIcon lineIcon(const QString& name);

// The application's own icon, in its own colours.
QIcon applicationIcon();

} // namespace gnomon::ui
