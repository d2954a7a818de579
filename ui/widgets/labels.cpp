// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/labels.h"

#include "ui/widgets/tokens.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QPainter>

namespace gnomon::ui {

TextLabel::TextLabel(TextStyle style, const QString& text, QWidget* parent) : QLabel(text, parent), m_style(style) {
    setTextFormat(Qt::PlainText);
    QFont styled = font();
    switch (style) {
    case TextStyle::Title:
        styled.setPointSizeF(styled.pointSizeF() * 1.35);
        styled.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Heading:
        styled.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Fixed: {
        const qreal size = styled.pointSizeF();
        styled = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        styled.setPointSizeF(size);
        break;
    }
    case TextStyle::Body:
    case TextStyle::Muted:
        break;
    }
    setFont(styled);
    restyle();
}

void TextLabel::setOneLine() {
    m_oneLine = true;
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void TextLabel::paintEvent(QPaintEvent* event) {
    if (!m_oneLine) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, width()));
}

void TextLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::PaletteChange) {
        restyle();
    }
}

void TextLabel::restyle() {
    if (m_style != TextStyle::Muted || m_restyling) {
        return;
    }
    m_restyling = true;
    QPalette muted = palette();
    muted.setColor(QPalette::WindowText, colorOf(colorsOf(QApplication::palette()).muted));
    setPalette(muted);
    m_restyling = false;
}

} // namespace gnomon::ui
