// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/comparison_words.h"

#include "ui/models/evidence_format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <ranges>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ComparisonWords", text);
}

std::optional<double> quantile(const std::vector<LatencyPoint>& points, double wanted) {
    for (const LatencyPoint& point : points) {
        if (std::abs(point.quantile - wanted) < 1e-6 && point.seconds > 0) {
            return point.seconds;
        }
    }
    return std::nullopt;
}

QString decisionsPart(const Comparison& c) {
    if (c.noDecisions) {
        return noDecisionsText();
    }
    const QString differing = shareText(1 - c.agreement);
    const QString low = roughShareText(1 - c.agreementInterval.high);
    const QString high = roughShareText(1 - c.agreementInterval.low);
    const QString margin = roundShareText(c.margin);
    const QString v2 = versionText(c.shadow);
    const QString v1 = versionText(c.production);
    switch (aspectVerdict(c, "decisions").value_or(c.verdict)) {
    case Verdict::Different:
    case Verdict::Worse:
        return tr("%1 decides differently from %2 in %3 of requests (%4 to %5 of distinct ones; the margin is %6)")
            .arg(v2, v1, differing, low, high, margin);
    case Verdict::Equivalent:
    case Verdict::Better:
        return tr("%1 decides like %2: they differ in %3 of requests (at most %4 of distinct ones; the margin is %5)")
            .arg(v2, v1, differing, high, margin);
    case Verdict::CannotTellYet:
    case Verdict::Conflicting:
        return tr("so far %1 differs from %2 in %3 of requests (somewhere from %4 to %5 of distinct ones; the margin "
                  "is %6)")
            .arg(v2, v1, differing, low, high, margin);
    }
    return {};
}

QString latencyPart(const Comparison& c) {
    const std::optional<Verdict> verdict = aspectVerdict(c, "latency");
    if (verdict != Verdict::Worse && verdict != Verdict::Better) {
        return {};
    }
    const QString how = verdict == Verdict::Worse ? tr("answers slower") : tr("answers faster");
    const auto v1 = quantile(c.productionLatency, 0.99);
    const auto v2 = quantile(c.shadowLatency, 0.99);
    return v1 && v2 ? QString(how + tr(" (p99 %1 against %2)").arg(latencyText(*v2), latencyText(*v1))) : how;
}

QString errorsPart(const Comparison& c) {
    const std::optional<Verdict> verdict = aspectVerdict(c, "errors");
    if (verdict != Verdict::Worse && verdict != Verdict::Better) {
        return {};
    }
    return (verdict == Verdict::Worse ? tr("fails more often (%1 errors against %2)")
                                      : tr("fails less often (%1 errors against %2)"))
        .arg(countText(c.shadowErrors), countText(c.productionErrors));
}

QString scoresPart(const Comparison& c) {
    if (!c.hasScores || aspectVerdict(c, "scores") != Verdict::Different) {
        return {};
    }
    return (c.meanDifference > 0 ? tr("scores %1 higher on average") : tr("scores %1 lower on average"))
        .arg(QString::number(std::abs(c.meanDifference), 'f', 3));
}

// Which way decisions flip, where that is beyond chance.
QString flipSentence(const Comparison& c) {
    if (c.flipEvidence < -std::log10(c.alpha)) {
        return {};
    }
    const TransitionCell* most = nullptr;
    std::uint64_t flips = 0;
    for (const TransitionCell& cell : c.transitions) {
        if (cell.production != cell.shadow) {
            flips += cell.count;
            most = most == nullptr || cell.count > most->count ? &cell : most;
        }
    }
    if (most == nullptr || most->count == 0) {
        return {};
    }
    return tr("Mostly %1 says %2 where %3 says %4 (%5 of %6).")
        .arg(versionText(c.production), QString::fromStdString(most->production), versionText(c.shadow),
             QString::fromStdString(most->shadow), countText(most->count), countText(flips));
}

QString sentence(QString text) {
    if (!text.isEmpty()) {
        // A version's name keeps its small letter.
        const bool name = text.size() > 1 && text[0] == u'v' && text[1].isDigit();
        text[0] = name ? text[0] : text[0].toUpper();
        if (!text.endsWith(u'.')) {
            text += u'.';
        }
    }
    return text;
}

QString joined(QStringList parts) {
    parts.removeAll(QString());
    if (parts.size() < 2) {
        return parts.join(QString());
    }
    const QString last = parts.takeLast();
    return parts.join(u", "_s) + tr(" and ") + last;
}

QString outlookOf(const Comparison& c) {
    if (c.verdict != Verdict::CannotTellYet) {
        return {};
    }
    if (!c.pairsToVerdict) {
        return tr("How many more pairs it takes is not known yet.");
    }
    const QString pairs = tr("About %1 more pairs until it can tell").arg(countText(*c.pairsToVerdict));
    const std::optional<double> rate = pairRate(c);
    if (!rate || *rate <= 0) {
        return pairs + u'.';
    }
    const double minutes = static_cast<double>(*c.pairsToVerdict) / *rate / 60;
    const QString when = minutes < 1     ? tr("less than a minute")
                         : minutes < 120 ? tr("about %1 min").arg(std::ceil(minutes))
                                         : tr("about %1 h").arg(std::ceil(minutes / 60));
    return pairs + tr(" (%1 at this rate).").arg(when);
}

struct Face {
    VerdictTone tone;
    QString shape;
    QString word;
    QString caveat;
};

Face faceOf(const Comparison& c) {
    const QString noLabels =
        tr("Which decisions are right cannot be told without outcomes: look at the requests that differ (F4).");
    switch (c.verdict) {
    case Verdict::Equivalent:
        return {VerdictTone::Calm, u"●"_s, tr("Equivalent within the margin"),
                tr("This says that they decide alike, not that either is right.")};
    case Verdict::Different:
        return {VerdictTone::Act, u"▲"_s, tr("Different"), noLabels};
    case Verdict::Worse:
        return {VerdictTone::Act, u"▲"_s, tr("Worse"), {}};
    case Verdict::Better:
        return {VerdictTone::Calm, u"●"_s, tr("Better"),
                tr("Better is about latency and errors; nothing here says that its decisions are more accurate.")};
    case Verdict::Conflicting:
        return {VerdictTone::Watch, u"◆"_s, tr("Conflicting"), noLabels};
    case Verdict::CannotTellYet:
        return {VerdictTone::Open, u"○"_s, tr("Cannot tell yet"), {}};
    }
    return {};
}

} // namespace

std::optional<Verdict> aspectVerdict(const Comparison& c, std::string_view aspect) {
    const auto found = std::ranges::find(c.reasons, aspect, &VerdictReason::aspect);
    return found == c.reasons.end() ? std::nullopt : std::optional(found->verdict);
}

QString noDecisionsText() {
    return tr("no decisions declared");
}

QString versionText(VersionNumber version) {
    return u'v' + QString::number(version.value);
}

std::optional<double> coverageShare(const Coverage& coverage) {
    if (coverage.mirrored == 0) {
        return std::nullopt;
    }
    return static_cast<double>(coverage.matched) / static_cast<double>(coverage.mirrored);
}

QString coverageLosses(const Coverage& coverage) {
    QStringList parts;
    const auto add = [&](std::uint64_t n, const QString& what) {
        if (n > 0) {
            parts.append(countText(n) + u' ' + what);
        }
    };
    add(coverage.dropped, tr("dropped"));
    add(coverage.failed, tr("failed"));
    add(coverage.late, tr("late"));
    add(coverage.lost, tr("lost with their worker"));
    add(coverage.productionFailed, tr("without an answer of production"));
    return parts.join(u", "_s);
}

std::optional<double> pairRate(const Comparison& comparison) {
    constexpr std::size_t kNewest = 5; // and never the last bucket, which is still filling
    const auto& buckets = comparison.buckets;
    if (buckets.size() < 2) {
        return std::nullopt;
    }
    double pairs = 0;
    double seconds = 0;
    for (std::size_t i = buckets.size() - 1; i > 0 && i + kNewest >= buckets.size(); --i) {
        pairs += static_cast<double>(buckets[i - 1].coverage.matched);
        seconds += static_cast<double>(buckets[i - 1].length.count());
    }
    return seconds > 0 ? std::optional(pairs / seconds) : std::nullopt;
}

QString flipText(const Comparison& c) {
    if (c.noDecisions) {
        return sentence(noDecisionsText());
    }
    QStringList parts;
    for (const TransitionCell& cell : c.transitions) {
        if (cell.production != cell.shadow && cell.count > 0) {
            parts.append(QString::fromStdString(cell.production) + u" → "_s + QString::fromStdString(cell.shadow) +
                         u' ' + countText(cell.count));
        }
    }
    if (parts.isEmpty()) {
        return tr("No decision differs.");
    }
    const QString evidence =
        c.flipEvidence > 6 ? u">\u00A010⁶"_s : u"=\u00A0"_s + QString::number(std::pow(10, c.flipEvidence), 'g', 2);
    const bool oneSided = c.flipEvidence >= -std::log10(c.alpha);
    return tr("Flips: %1. %2")
        .arg(parts.join(u", "_s),
             oneSided ? tr("One-sided beyond chance (E\u00A0%1).").arg(evidence) : tr("Not one-sided beyond chance."));
}

VerdictWords verdictWords(const Comparison& c, const Background& background) {
    const Face face = faceOf(c);
    VerdictWords words{face.tone, face.shape, face.word, adviceOn(c, background), {}, face.caveat, outlookOf(c)};
    if (words.advice.urgent()) {
        words.tone = VerdictTone::Act;
        words.shape = u"▲"_s;
    }
    if (c.coverage.matched == 0) {
        words.because = tr("No request has been answered by both versions yet.");
    } else {
        words.because = sentence(joined({decisionsPart(c), scoresPart(c), latencyPart(c), errorsPart(c)}));
        const QString flips = flipSentence(c);
        if (!flips.isEmpty() && aspectVerdict(c, "decisions") == Verdict::Different) {
            words.because += u' ' + flips;
        }
    }
    return words;
}

} // namespace gnomon::ui
