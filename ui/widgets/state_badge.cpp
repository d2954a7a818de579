// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/state_badge.h"

#include "ui/widgets/shapes.h"

#include <QPainter>

namespace gnomon::ui {

StateBadge::StateBadge(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void StateBadge::setState(Tone tone, const QString& word) {
    if (tone == m_tone && word == m_word) {
        return;
    }
    m_tone = tone;
    m_word = word;
    setAccessibleName(word);
    updateGeometry();
    update();
}

QSize StateBadge::sizeHint() const {
    return badgeSize(font(), m_word);
}

QSize StateBadge::minimumSizeHint() const {
    return sizeHint();
}

void StateBadge::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintBadge(painter, rect(), font(), m_tone, m_word, colorsOf(palette()));
}

} // namespace gnomon::ui
