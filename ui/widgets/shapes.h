// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QRectF>
#include <QString>

#include "ui/widgets/tokens.h"

namespace gnomon::ui {

// Draws the shape of a tone inside the rectangle: filled circle, ring, diamond, triangle, hourglass, "i".
void paintShape(QPainter& painter, const QRectF& rect, Tone tone, const theme::Colors& colors);

// The shape as a character, for text and screen readers: ● ○ ◆ ▲ ⧖ ⓘ.
QString toneSymbol(Tone tone);

// Draws shape and word, left aligned and centred vertically; returns the width used.
int paintBadge(QPainter& painter, const QRect& rect, const QFont& font, Tone tone, const QString& word,
               const theme::Colors& colors);
QSize badgeSize(const QFont& font, const QString& word);

// Diagonal stripes over what is stale.
void paintHatch(QPainter& painter, const QRect& rect, const theme::Colors& colors);

} // namespace gnomon::ui
