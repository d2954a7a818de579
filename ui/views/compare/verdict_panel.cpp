// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/compare/verdict_panel.h"

#include "ui/models/evidence_format.h"
#include "ui/models/format.h"
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
      m_action(makeLabel(u"verdictAction"_s, true, this)), m_because(makeLabel(u"verdictBecause"_s, true, this)),
      m_grounds(makeLabel(u"verdictGrounds"_s, true, this)), m_caveat(makeLabel(u"verdictCaveat"_s, true, this)),
      m_others(makeLabel(u"verdictOthers"_s, true, this)), m_stop(makeButton(u"verdictStopShadow"_s, {}, this)),
      m_basis(makeLabel(u"verdictBasis"_s, false, this)), m_reasons(new ReasonList(this)),
      m_why(makeButton(u"verdictWhy"_s, tr("Why?"), this)), m_rollBack(makeButton(u"verdictRollBack"_s, {}, this)),
      m_watch(makeButton(u"keepWatching"_s, tr("Keep watching"), this)),
      m_top(makeButton(u"topRequests"_s, tr("Most disagreeing requests  F4"), this)),
      m_experiment(makeButton(u"newExperiment"_s, tr("New experiment…"), this)),
      m_fallback(makeButton(u"compareFallback"_s, {}, this)) {
    setObjectName(u"verdictPanel"_s);
    m_reasons->setObjectName(u"verdictReasons"_s);
    m_watch->setCheckable(true);
    m_watch->setToolTip(tr("Makes no call to action until the verdict changes; only in this console"));
    arrange();
    connect(m_why, &QPushButton::clicked, this, &VerdictPanel::whyRequested);
    connect(m_top, &QPushButton::clicked, this, &VerdictPanel::topRequestsRequested);
    connect(m_experiment, &QPushButton::clicked, this, &VerdictPanel::newExperimentRequested);
    connect(m_fallback, &QPushButton::clicked, this, [this] { Q_EMIT changeRequested(m_modeChange); });
    connect(m_stop, &QPushButton::clicked, this, &VerdictPanel::stopShadowRequested);
    connect(m_rollBack, &QPushButton::clicked, this, &VerdictPanel::rollBackRequested);
    connect(m_watch, &QPushButton::clicked, this, [this](bool watching) {
        setWatching(watching);
        Q_EMIT watchingChanged(watching);
    });
}

void VerdictPanel::arrange() {
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 1.5);
    m_action->setFont(big);
    big.setWeight(QFont::DemiBold);
    m_headline->setFont(big);
    const int small = px(this, theme::kDistances.small);
    auto* head = new QHBoxLayout;
    head->setSpacing(px(this, theme::kDistances.medium));
    head->addWidget(m_headline, 0, Qt::AlignTop);
    head->addWidget(m_action, 1, Qt::AlignTop);
    auto* left = new QVBoxLayout;
    left->setSpacing(small);
    left->addLayout(head);
    for (QLabel* label : {m_because, m_grounds, m_caveat}) {
        left->addWidget(label);
    }
    auto* others = new QHBoxLayout;
    others->setSpacing(px(this, theme::kDistances.medium));
    others->addWidget(m_others, 1);
    others->addWidget(m_stop, 0, Qt::AlignTop);
    left->addLayout(others);
    left->addStretch();
    auto* top = new QHBoxLayout;
    top->setSpacing(px(this, theme::kDistances.large));
    top->addLayout(left, 3);
    top->addWidget(m_reasons, 2, Qt::AlignTop);
    auto* bottom = new QHBoxLayout;
    bottom->setSpacing(small);
    bottom->addWidget(m_basis);
    bottom->addWidget(m_why);
    bottom->addStretch();
    for (QPushButton* button : {m_rollBack, m_watch, m_top, m_experiment, m_fallback}) {
        bottom->addWidget(button);
    }
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(px(this, 3.2), small * 2, small * 3, small * 2);
    column->setSpacing(small);
    column->addLayout(top, 1);
    column->addLayout(bottom);
}

void VerdictPanel::setComparison(const Comparison& comparison, const Background& background) {
    m_words = verdictWords(comparison, background);
    m_reasons->setReasons(comparison.reasons);
    m_basis->setText(tr("Valid however often you look (α = %1).").arg(comparison.alpha));
    showWords();
}

void VerdictPanel::setDeployment(const Comparison& comparison, const Deployment& now) {
    m_uncompared = uncomparedOf(comparison, now);
    m_modeChange = modeChangeFrom(now.mode);
    showWords();
}

void VerdictPanel::setWatching(bool watching) {
    m_watch->setChecked(watching);
    showWords();
}

void VerdictPanel::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    showWords();
}

void VerdictPanel::showWords() {
    const bool calls = m_words.tone == VerdictTone::Act || m_words.tone == VerdictTone::Watch;
    const bool watching = m_watch->isChecked();
    m_action->setText(watching ? tr("You keep watching.") : m_words.advice.action);
    m_because->setText(m_words.because);
    m_grounds->setText(m_words.advice.grounds);
    m_grounds->setVisible(!m_words.advice.grounds.isEmpty());
    QStringList rest{m_words.outlook, m_words.caveat};
    rest.removeAll(QString());
    m_caveat->setText(rest.join(u' '));
    m_caveat->setVisible(!rest.isEmpty());
    m_watch->setVisible(calls);
    m_rollBack->setVisible(m_words.advice.urgent() && !watching && !m_readOnly);
    m_experiment->setVisible(!m_readOnly);
    m_fallback->setVisible(!m_readOnly);
    m_fallback->setText(m_modeChange == ChangeKind::Fallback ? tr("Fall back…  F8") : changeVerb(m_modeChange) + u'…');
    m_others->setText(m_uncompared.sentence);
    m_others->setVisible(!m_uncompared.sentence.isEmpty());
    m_stop->setVisible(m_uncompared.stop && !m_readOnly);
    if (m_uncompared.stop) {
        m_stop->setText(tr("Stop shadow %1…").arg(versionText(*m_uncompared.stop)));
    }
    if (m_words.advice.urgent()) {
        m_rollBack->setText(tr("Roll back to %1…").arg(versionText(m_words.advice.rollBack->version)));
    }
    recolor();
}

void VerdictPanel::setStale(const QString& asOf) {
    if (asOf != m_asOf) {
        m_asOf = asOf;
        recolor();
    }
}

QString VerdictPanel::text() const {
    QStringList parts{m_words.word,    m_action->text(), m_words.because,      m_words.advice.grounds,
                      m_words.outlook, m_words.caveat,   m_uncompared.sentence};
    parts.removeAll(QString());
    return parts.join(u' ');
}

void VerdictPanel::recolor() {
    const theme::Colors& colors = colorsOf(palette());
    const bool stale = !m_asOf.isEmpty();
    const Tone tone = toneOf(m_words.tone);
    const QColor ink = colorOf(stale ? colors.muted : colors.text);
    setInk(m_headline, stale || calm() ? ink : wordColor(colors, tone));
    setInk(m_action, ink);
    setInk(m_because, ink);
    setInk(m_grounds, ink);
    setInk(m_others, ink);
    setInk(m_caveat, colorOf(colors.muted));
    setInk(m_basis, colorOf(colors.muted));
    m_headline->setText(stale ? tr("%1, as of %2").arg(m_words.word, m_asOf) : m_words.word);
    setAccessibleName(tr("Verdict"));
    setAccessibleDescription(text());
    update();
}

bool VerdictPanel::calm() const {
    return m_words.tone == VerdictTone::Calm || m_words.tone == VerdictTone::Open || m_watch->isChecked();
}

void VerdictPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_fallback != nullptr) {
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
    painter.setPen(colorOf(colors.border));
    painter.setBrush(calm() ? colorOf(colors.surface) : groundColor(colors, tone));
    painter.drawRoundedRect(frame, radius, radius);
    const double side = QFontMetricsF(m_headline->font()).height() * 0.8;
    const QPoint head = m_headline->mapTo(this, QPoint(0, 0));
    paintShape(painter, QRectF((px(this, 3.2) - side) / 2, head.y() + (m_headline->height() - side) / 2, side, side),
               tone, colors);
}

} // namespace gnomon::ui
