// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/reason_list.h"

#include "ui/views/compare/compare_tone.h"
#include "ui/widgets/shapes.h"

#include <QPainter>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

// Whole clauses, as many as fit; what is left out is in the tooltip and behind "Why?".
QString fitted(const QString& text, const QFontMetrics& metrics, int width) {
    QString clauses = text;
    while (metrics.horizontalAdvance(clauses) > width) {
        const qsizetype cut = clauses.lastIndexOf(u"; "_s);
        if (cut < 0) {
            return metrics.elidedText(clauses, Qt::ElideRight, width);
        }
        clauses.truncate(cut);
    }
    return clauses;
}

} // namespace

ReasonList::ReasonList(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
}

void ReasonList::setReasons(const std::vector<VerdictReason>& reasons) {
    if (reasons == m_reasons) {
        return;
    }
    m_reasons = reasons;
    setAccessibleName(tr("Findings"));
    setAccessibleDescription(text());
    setToolTip(text());
    updateGeometry();
    update();
}

QString ReasonList::text() const {
    QStringList lines;
    for (const VerdictReason& reason : m_reasons) {
        lines.append(QString::fromStdString(reason.aspect) + u": "_s + QString::fromStdString(reason.text));
    }
    return lines.join(u'\n');
}

int ReasonList::lineHeight() const {
    return px(this, 1.45);
}

QSize ReasonList::sizeHint() const {
    int width = 0;
    for (const VerdictReason& reason : m_reasons) {
        width = std::max(width, fontMetrics().horizontalAdvance(QString::fromStdString(reason.text)));
    }
    return {width + px(this, 7), lineHeight() * static_cast<int>(m_reasons.size())};
}

QSize ReasonList::minimumSizeHint() const {
    return {px(this, 12), sizeHint().height()};
}

void ReasonList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const theme::Colors& colors = colorsOf(palette());
    const int side = px(this, 0.6);
    const int gap = px(this, theme::kDistances.small);
    int aspects = 0;
    for (const VerdictReason& reason : m_reasons) {
        aspects = std::max(aspects, fontMetrics().horizontalAdvance(QString::fromStdString(reason.aspect)));
    }
    int y = 0;
    for (const VerdictReason& reason : m_reasons) {
        const int line = lineHeight();
        paintShape(painter, QRectF(0, y + (line - side) / 2.0, side, side), toneOf(reason.verdict), colors);
        int x = side + gap;
        painter.setPen(colorOf(colors.muted));
        painter.drawText(QRect(x, y, aspects, line), Qt::AlignLeft | Qt::AlignVCenter,
                         QString::fromStdString(reason.aspect));
        x += aspects + px(this, theme::kDistances.medium);
        const QRect rest(x, y, width() - x, line);
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                         fitted(QString::fromStdString(reason.text), fontMetrics(), rest.width()));
        y += line;
    }
}

} // namespace gnomon::ui
