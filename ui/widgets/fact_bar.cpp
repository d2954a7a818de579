// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/fact_bar.h"

#include "ui/widgets/tokens.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

FactBar::FactBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FactBar::setFacts(const QList<Fact>& facts) {
    if (facts == m_facts) {
        return;
    }
    m_facts = facts;
    setAccessibleDescription(text());
    updateGeometry();
    update();
}

QString FactBar::text() const {
    QStringList parts;
    for (const Fact& fact : m_facts) {
        parts.append(fact.name + u' ' + fact.value);
    }
    return parts.join(u", "_s);
}

QFont FactBar::valueFont() const {
    QFont bold = font();
    bold.setWeight(QFont::Medium);
    return bold;
}

int FactBar::gap() const {
    return px(this, theme::kDistances.large);
}

int FactBar::widthOf(const Fact& fact) const {
    const int space = fact.name.isEmpty() ? 0 : px(this, theme::kDistances.small);
    return fontMetrics().horizontalAdvance(fact.name) + space + QFontMetrics(valueFont()).horizontalAdvance(fact.value);
}

QSize FactBar::sizeHint() const {
    int width = 0;
    for (const Fact& fact : m_facts) {
        width += widthOf(fact) + gap();
    }
    return {width, px(this, 1.5)};
}

QSize FactBar::minimumSizeHint() const {
    return {0, px(this, 1.5)};
}

void FactBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    int x = 0;
    for (const Fact& fact : m_facts) {
        const int width = widthOf(fact);
        if (x + width > this->width() && x > 0) {
            return;
        }
        painter.setFont(font());
        painter.setPen(colorOf(colors.muted));
        painter.drawText(QRect(x, 0, width, height()), Qt::AlignLeft | Qt::AlignVCenter, fact.name);
        painter.setFont(valueFont());
        painter.setPen(colorOf(colors.text));
        painter.drawText(QRect(x, 0, width, height()), Qt::AlignRight | Qt::AlignVCenter, fact.value);
        x += width + gap();
    }
}

bool FactBar::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    int x = 0;
    for (const Fact& fact : m_facts) {
        const int end = x + widthOf(fact) + gap();
        if (help->x() < end) {
            QToolTip::showText(help->globalPos(), fact.details.isEmpty() ? text() : fact.details, this);
            return true;
        }
        x = end;
    }
    QToolTip::showText(help->globalPos(), text(), this);
    return true;
}

} // namespace gnomon::ui
