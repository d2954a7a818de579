// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFontMetrics>
#include <QPalette>
#include <QWidget>

#include "resources/theme/tokens.h"

namespace gnomon::ui {

// How loud something is. Never shown by colour alone: each tone has a shape, and a word stands beside it.
enum class Tone {
    Act,   // ▲ somebody must do something
    Watch, // ◆ look at it
    Stale, // ⧖ what is shown is old
    Open,  // ○ not known
    Calm,  // ● nothing to do
    Info,  // ⓘ for information
};

// The colours that belong to a palette: the light set or the dark one, by how light its ground is.
const theme::Colors& colorsOf(const QPalette& palette);
inline QColor colorOf(std::uint32_t rgb) {
    return QColor::fromRgb(rgb);
}
QColor shapeColor(const theme::Colors& colors, Tone tone);
QColor wordColor(const theme::Colors& colors, Tone tone);
QColor groundColor(const theme::Colors& colors, Tone tone);

// The application's palette for a set of colours.
QPalette paletteFor(const theme::Colors& colors);

// A distance of the theme in pixels, for the font of the widget.
int px(const QWidget* widget, double share);
int px(const QFontMetrics& metrics, double share);

} // namespace gnomon::ui
