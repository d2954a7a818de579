// SPDX-License-Identifier: GPL-3.0-or-later
// How a verdict came about, rule by rule, for those who ask why.
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ComparisonWords", text);
}

} // namespace

QString verdictExplanation(const Comparison& c) {
    const auto paragraph = [](const QString& title, const QString& text) -> QString {
        return u"<p><b>"_s + title + u"</b><br>"_s + text + u"</p>"_s;
    };
    const QString alpha = QString::number(c.alpha);
    QString html = paragraph(
        tr("The rule"),
        tr("Each request that both versions answered is one pair; one that comes again proves nothing new, so that the "
           "verdict and its intervals count each distinct request once. The shadow is <i>different</i> when the whole "
           "interval "
           "of the share of differing decisions lies above the margin, <i>equivalent</i> when it lies below, and until "
           "then nobody can tell. The verdict stays within one experiment; a new experiment starts afresh and is "
           "recorded in the audit trail."));
    html += c.noDecisions
                ? paragraph(tr("Decisions"), noDecisionsText())
                : paragraph(
                      tr("Decisions: beta-binomial confidence sequence, α = %1").arg(alpha),
                      tr("%1 of %2 pairs agree: %3; of distinct requests %4 to %5, margin %6. With every missing pair "
                         "counted as a disagreement: "
                         "%7. It keeps each p for which ln B(k+1, n−k+1) − k ln p − (n−k) ln(1−p) &lt; ln(1/α).")
                          .arg(countText(c.agreeing), countText(c.coverage.matched), shareText(c.agreement),
                               shareNumber(c.agreementInterval.low), shareText(c.agreementInterval.high),
                               roundShareText(c.margin), shareText(c.agreementMissingDisagree)));
    html += c.noDecisions
                ? QString()
                : paragraph(
                      tr("Direction of flips: exact anytime-valid McNemar test"),
                      tr("%1 to the positive and %2 to the negative decision; the evidence that they are one-sided is "
                         "10<sup>%3</sup> (10<sup>%4</sup> is needed).")
                          .arg(countText(c.flipsToPositive), countText(c.flipsToNegative),
                               QString::number(c.flipEvidence, 'f', 1), QString::number(-std::log10(c.alpha), 'f', 1)));
    if (c.hasScores) {
        html += paragraph(tr("Scores: asymptotic confidence sequence of the mean paired difference"),
                          tr("Shadow minus production: %1, interval %2 to %3, margin ±%4.")
                              .arg(differenceText(c.meanDifference), differenceText(c.meanDifferenceInterval.low),
                                   differenceText(c.meanDifferenceInterval.high), QString::number(c.scoreMargin)));
    }
    QStringList findings;
    for (const VerdictReason& reason : c.reasons) {
        findings.append(u"<i>%1</i>: %2"_s.arg(QString::fromStdString(printable(reason.aspect, 40)).toHtmlEscaped(),
                                               QString::fromStdString(printable(reason.text, 400)).toHtmlEscaped()));
    }
    html += paragraph(tr("What was found"), findings.join(u"<br>"_s));
    html +=
        paragraph(tr("Latency"),
                  tr("Quantile sketches of both versions; of the shadow only the requests that it ran singly, so that "
                     "batches do not blur the picture. It may still be colder than production."));
    const QString losses = coverageLosses(c.coverage);
    html += paragraph(tr("Coverage"),
                      tr("%1 requests, %2 mirrored, %3 pairs%4. Distinct requests: %5.")
                          .arg(countText(c.coverage.requests), countText(c.coverage.mirrored),
                               countText(c.coverage.matched),
                               losses.isEmpty() ? QString() : QString(u" ("_s + losses + u')'), countText(c.clusters)));
    html += paragraph(tr("Valid however often you look"),
                      tr("An ordinary test that is looked at again and again finds a difference in half of all "
                         "identical pairs. These "
                         "intervals hold at every moment at once: the chance that they are ever wrong is at most %1.")
                          .arg(alpha));
    html += paragraph(
        tr("The advice"),
        tr("Without outcomes nobody knows which decisions are right; that a version is in production is no proof. One "
           "that was put there in place of another is a newcomer until it has served a week, or ten times as long as "
           "the one before and at least an hour. What speaks against a newcomer (it decides differently, fails more "
           "often, or needs the "
           "fallback) is a reason to roll back, unless the shadow differed from the version before it as much."));
    return html;
}

} // namespace gnomon::ui
