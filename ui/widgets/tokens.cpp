// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/tokens.h"

#include <algorithm>
#include <cmath>

namespace gnomon::ui {

const theme::Colors& colorsOf(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128 ? theme::kDark : theme::kLight;
}

QColor shapeColor(const theme::Colors& colors, Tone tone) {
    switch (tone) {
    case Tone::Act:
        return colorOf(colors.act);
    case Tone::Watch:
    case Tone::Stale:
        return colorOf(colors.watch);
    case Tone::Open:
    case Tone::Calm:
        return colorOf(colors.calm);
    case Tone::Info:
        return colorOf(colors.info);
    }
    return {};
}

QColor wordColor(const theme::Colors& colors, Tone tone) {
    switch (tone) {
    case Tone::Act:
        return colorOf(colors.actText);
    case Tone::Watch:
    case Tone::Stale:
        return colorOf(colors.watchText);
    case Tone::Open:
    case Tone::Calm:
        return colorOf(colors.calmText);
    case Tone::Info:
        return colorOf(colors.infoText);
    }
    return {};
}

QColor groundColor(const theme::Colors& colors, Tone tone) {
    switch (tone) {
    case Tone::Act:
        return colorOf(colors.actGround);
    case Tone::Watch:
    case Tone::Stale:
        return colorOf(colors.watchGround);
    case Tone::Open:
    case Tone::Calm:
        return colorOf(colors.raised);
    case Tone::Info:
        return colorOf(colors.infoGround);
    }
    return {};
}

QPalette paletteFor(const theme::Colors& c) {
    QPalette p;
    p.setColor(QPalette::Window, colorOf(c.window));
    p.setColor(QPalette::WindowText, colorOf(c.text));
    p.setColor(QPalette::Base, colorOf(c.surface));
    p.setColor(QPalette::AlternateBase, colorOf(c.raised));
    p.setColor(QPalette::ToolTipBase, colorOf(c.raised));
    p.setColor(QPalette::ToolTipText, colorOf(c.text));
    p.setColor(QPalette::PlaceholderText, colorOf(c.muted));
    p.setColor(QPalette::Text, colorOf(c.text));
    p.setColor(QPalette::Button, colorOf(c.raised));
    p.setColor(QPalette::ButtonText, colorOf(c.text));
    p.setColor(QPalette::BrightText, colorOf(c.actText));
    p.setColor(QPalette::Light, colorOf(c.surface));
    p.setColor(QPalette::Midlight, colorOf(c.raised));
    p.setColor(QPalette::Mid, colorOf(c.edge));
    p.setColor(QPalette::Dark, colorOf(c.edge));
    p.setColor(QPalette::Shadow, colorOf(c.edge));
    p.setColor(QPalette::Highlight, colorOf(c.selection));
    p.setColor(QPalette::HighlightedText, colorOf(c.text));
    p.setColor(QPalette::Link, colorOf(c.accent));
    p.setColor(QPalette::LinkVisited, colorOf(c.accent));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        p.setColor(QPalette::Disabled, role, colorOf(c.disabled));
    }
    p.setColor(QPalette::Disabled, QPalette::Base, colorOf(c.raised));
    return p;
}

int px(const QFontMetrics& metrics, double share) {
    return std::max(1, static_cast<int>(std::lround(metrics.height() * share)));
}

int px(const QWidget* widget, double share) {
    return px(widget->fontMetrics(), share);
}

} // namespace gnomon::ui
