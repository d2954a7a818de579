// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/verdict_panel.h"

#include "ui/models/evidence_format.h"
#include "ui/views/compare/compare_tone.h"
#include "ui/views/compare/reason_list.h"
#include "ui/widgets/shapes.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QLabel* makeLabel(const QString& name, bool wrap, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(wrap);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QPushButton* makeButton(const QString& name, const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setAutoDefault(false);
    return button;
}

void setInk(QLabel* label, const QColor& color) {
    QPalette ink = label->palette();
    ink.setColor(QPalette::WindowText, color);
    label->setPalette(ink);
}

} // namespace

VerdictPanel::VerdictPanel(QWidget* parent)
    : QFrame(parent), m_headline(makeLabel(u"verdictWord"_s, false, this)),
      m_action(makeLabel(u"verdictAction"_s, false, this)), m_because(makeLabel(u"verdictBecause"_s, true, this)),
      m_caveat(makeLabel(u"verdictCaveat"_s, true, this)), m_basis(makeLabel(u"verdictBasis"_s, false, this)),
      m_reasons(new ReasonList(this)), m_why(makeButton(u"verdictWhy"_s, tr("Why?"), this)),
      m_top(makeButton(u"topRequests"_s, tr("Most disagreeing requests  F4"), this)),
      m_experiment(makeButton(u"newExperiment"_s, tr("New experiment…"), this)),
      m_fallback(makeButton(u"compareFallback"_s, tr("Fall back…  F8"), this)) {
    setObjectName(u"verdictPanel"_s);
    m_reasons->setObjectName(u"verdictReasons"_s);
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 1.5);
    big.setWeight(QFont::DemiBold);
    m_headline->setFont(big);
    QFont bold = font();
    bold.setPointSizeF(bold.pointSizeF() * 1.5);
    m_action->setFont(bold);

    const int small = px(this, theme::kDistances.small);
    auto* head = new QHBoxLayout;
    head->setSpacing(px(this, theme::kDistances.medium));
    head->addWidget(m_headline);
    head->addWidget(m_action, 1);
    auto* left = new QVBoxLayout;
    left->setSpacing(small);
    left->addLayout(head);
    left->addWidget(m_because);
    left->addWidget(m_caveat);
    left->addStretch();
    auto* basis = new QHBoxLayout;
    basis->addWidget(m_basis);
    basis->addWidget(m_why);
    basis->addStretch();
    left->addLayout(basis);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_top);
    buttons->addWidget(m_experiment);
    buttons->addWidget(m_fallback);
    auto* right = new QVBoxLayout;
    right->setSpacing(small);
    right->addWidget(m_reasons);
    right->addStretch();
    right->addLayout(buttons);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(px(this, 3.2), small * 2, small * 3, small * 2);
    row->setSpacing(px(this, theme::kDistances.large));
    row->addLayout(left, 3);
    row->addLayout(right, 2);

    connect(m_why, &QPushButton::clicked, this, &VerdictPanel::whyRequested);
    connect(m_top, &QPushButton::clicked, this, &VerdictPanel::topRequestsRequested);
    connect(m_experiment, &QPushButton::clicked, this, &VerdictPanel::newExperimentRequested);
    connect(m_fallback, &QPushButton::clicked, this, &VerdictPanel::fallbackRequested);
}

void VerdictPanel::setComparison(const Comparison& comparison, const QTimeZone&) {
    m_words = verdictWords(comparison);
    m_headline->setText(m_words.word);
    m_action->setText(m_words.action);
    m_because->setText(m_words.because);
    QStringList rest{m_words.outlook, m_words.caveat};
    rest.removeAll(QString());
    m_caveat->setText(rest.join(u' '));
    m_caveat->setVisible(!rest.isEmpty());
    m_reasons->setReasons(comparison.reasons);
    m_basis->setText(tr("Valid however often you look (α = %1).").arg(comparison.alpha));
    recolor();
}

void VerdictPanel::setStale(const QString& asOf) {
    if (asOf != m_asOf) {
        m_asOf = asOf;
        recolor();
    }
}

QString VerdictPanel::text() const {
    QStringList parts{m_words.word, m_words.action, m_words.because, m_words.outlook, m_words.caveat};
    parts.removeAll(QString());
    return parts.join(u' ');
}

void VerdictPanel::recolor() {
    const theme::Colors& colors = colorsOf(palette());
    const bool stale = !m_asOf.isEmpty();
    const Tone tone = toneOf(m_words.tone);
    const QColor ink = colorOf(stale ? colors.muted : colors.text);
    setInk(m_headline, stale || tone == Tone::Calm || tone == Tone::Open ? ink : wordColor(colors, tone));
    setInk(m_action, ink);
    setInk(m_because, ink);
    setInk(m_caveat, colorOf(colors.muted));
    setInk(m_basis, colorOf(colors.muted));
    m_headline->setText(stale ? tr("%1, as of %2").arg(m_words.word, m_asOf) : m_words.word);
    setAccessibleName(tr("Verdict"));
    setAccessibleDescription(text());
    update();
}

void VerdictPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_headline != nullptr) {
        recolor();
    }
}

void VerdictPanel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Colors& colors = colorsOf(palette());
    const Tone tone = m_asOf.isEmpty() ? toneOf(m_words.tone) : Tone::Stale;
    const double radius = px(this, theme::kDistances.radius);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool calm = tone == Tone::Calm || tone == Tone::Open;
    painter.setPen(colorOf(colors.border));
    painter.setBrush(calm ? colorOf(colors.surface) : groundColor(colors, tone));
    painter.drawRoundedRect(frame, radius, radius);
    const double side = QFontMetricsF(m_headline->font()).height() * 0.8;
    const QPoint head = m_headline->mapTo(this, QPoint(0, 0));
    paintShape(painter, QRectF((px(this, 3.2) - side) / 2, head.y() + (m_headline->height() - side) / 2, side, side),
               tone, colors);
}

} // namespace gnomon::ui
