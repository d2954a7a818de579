// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/audit/trust_bar.h"

#include "ui/models/audit_trust_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/views/audit/finding_mark.h"
#include "ui/widgets/fact_bar.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

TrustBar::TrustBar(QWidget* parent)
    : QFrame(parent), m_headline(new TextLabel(TextStyle::Heading, {}, this)),
      m_consequence(new TextLabel(TextStyle::Body, {}, this)), m_facts(new FactBar(this)),
      m_dismiss(new QPushButton(tr("Dismiss the alarm"), this)), m_verify(new QPushButton(tr("Verify again"), this)),
      m_export(new QPushButton(tr("Export…  Ctrl+E"), this)) {
    setObjectName(u"trustBar"_s);
    m_headline->setObjectName(u"auditTrust"_s);
    m_headline->setWordWrap(true);
    m_consequence->setObjectName(u"auditConsequence"_s);
    m_consequence->setWordWrap(true);
    m_facts->setObjectName(u"auditTrustFacts"_s);
    m_dismiss->setObjectName(u"auditDismiss"_s);
    m_dismiss->setToolTip(
        tr("Somebody has looked into it. A log that still contradicts what this console saw raises the "
           "alarm again"));
    m_dismiss->hide();
    m_verify->setObjectName(u"auditVerify"_s);
    m_export->setObjectName(u"auditExport"_s);
    for (QPushButton* button : {m_dismiss, m_verify, m_export}) {
        button->setAutoDefault(false);
    }
    const int small = px(this, theme::kDistances.small);
    auto* words = new QVBoxLayout;
    words->setSpacing(small / 2);
    words->addWidget(m_headline);
    words->addWidget(m_consequence);
    words->addWidget(m_facts);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(px(this, 3.2), small * 2, small * 3, small * 2);
    row->setSpacing(px(this, theme::kDistances.medium));
    row->addLayout(words, 1);
    row->addWidget(m_dismiss);
    row->addWidget(m_verify);
    row->addWidget(m_export);
    connect(m_dismiss, &QPushButton::clicked, this, &TrustBar::dismissRequested);
    connect(m_verify, &QPushButton::clicked, this, &TrustBar::verifyRequested);
    connect(m_export, &QPushButton::clicked, this, &TrustBar::exportRequested);
}

void TrustBar::showTrust(const LogTrust& trust, const std::optional<Seq>& falseRecord, const QString& why,
                         std::uint64_t shown, const QTimeZone& zone) {
    m_finding = trust.finding;
    QString headline = trustHeadline(trust, shown);
    QString consequence = trustConsequence(trust);
    if (falseRecord && !isAlarm(trust.finding)) {
        m_finding = Finding::Altered;
        headline = tr("Record %1 is altered: ").arg(falseRecord->value) + sentenceOf(why.toStdString());
        consequence = tr("The node shows something else than what was recorded. Keep an export, and tell whoever looks "
                         "after the node.");
    }
    m_headline->setText(headline);
    m_consequence->setText(consequence);
    m_consequence->setVisible(!consequence.isEmpty());
    m_dismiss->setVisible(isAlarm(trust.finding));
    QList<Fact> facts;
    if (trust.pinned) {
        facts = {{tr("Head"), shortDigest(trust.pinned->root, 12), QString::fromStdString(toHex(trust.pinned->root))},
                 {tr("Size"), countText(trust.pinned->size), {}},
                 {tr("Signed by"), QString::fromStdString(trust.pinned->origin),
                  QString::fromStdString(printable(trust.pinned->note, 600))}};
    }
    if (trust.finding == Finding::Verified) {
        facts.prepend({tr("Checkpoint"), tr("signature ✓  consistent ✓"),
                       tr("Signed by the pinned key, and it begins with everything that this console saw before")});
    }
    if (trust.since) {
        facts.append({tr("Watched since"), stampText(*trust.since, zone), {}});
    }
    if (trust.checked) {
        facts.append({tr("Checked"), clockText(*trust.checked, zone), stampText(*trust.checked, zone)});
    }
    m_facts->setFacts(facts);
    m_facts->setVisible(!facts.isEmpty());
    setAccessibleName(findingWord(m_finding));
    update();
}

void TrustBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const theme::Colors& colors = colorsOf(palette());
    const double radius = px(this, theme::kDistances.radius);
    painter.setPen(colorOf(colors.border));
    painter.setBrush(isAlarm(m_finding) ? groundColor(colors, Tone::Act) : colorOf(colors.surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    const double side = px(this, 1.1);
    const double centre = m_headline->geometry().center().y();
    paintFinding(painter, QRectF((px(this, 3.2) - side) / 2, centre - side / 2, side, side), m_finding, colors);
}

} // namespace gnomon::ui
