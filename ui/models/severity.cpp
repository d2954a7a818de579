// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/severity.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/format.h"
#include "ui/models/shadow_words.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double kManySubstitutions = 0.05;

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::Severity", text);
}

int rankOf(CellTone tone) {
    switch (tone) {
    case CellTone::Act:
        return 0;
    case CellTone::Watch:
        return 1;
    case CellTone::Stale:
        return 2;
    case CellTone::Open:
        return 3;
    case CellTone::Calm:
        return 4;
    }
    return 4;
}

CellTone toneOf(VerdictTone tone) {
    switch (tone) {
    case VerdictTone::Act:
        return CellTone::Act;
    case VerdictTone::Watch:
        return CellTone::Watch;
    case VerdictTone::Open:
        return CellTone::Open;
    case VerdictTone::Calm:
        return CellTone::Calm;
    }
    return CellTone::Open;
}

QString capital(QString text) {
    if (!text.isEmpty() && !(text.size() > 1 && text[1].isDigit())) { // a version's name keeps its small letter
        text[0] = text[0].toUpper();
    }
    return text;
}

QString sentences(QStringList parts) {
    parts.removeAll(QString());
    return parts.join(u' ');
}

QString since(const Generation& generation) {
    const QString who = tr("since %1 by %2").arg(clockText(generation.time), actorText(generation.actor));
    return generation.reason.empty() ? who : who + u": "_s + QString::fromStdString(generation.reason);
}

Judgement ofTraffic(const EndpointSnapshot& s) {
    const CellTone tone = s.substitutionShare >= kManySubstitutions ? CellTone::Act : CellTone::Watch;
    QString why =
        tr("%1 of the last minute's requests were answered by the fallback").arg(shareText(s.substitutionShare));
    if (!s.lastReason.empty()) {
        why += u": "_s + QString::fromStdString(printable(s.lastReason, 200));
    }
    return {tone, tr("Substituting"), why + u'.', rankOf(tone)};
}

Judgement ofLive(const EndpointSnapshot& s, const Comparison* details, const std::vector<Generation>& history) {
    const Deployment& deployment = s.generation.deployment;
    if (deployment.mode == Mode::Disabled) {
        return {CellTone::Watch, tr("Disabled"), tr("Answers nothing, %1.").arg(since(s.generation)), 1};
    }
    if (deployment.mode == Mode::Fallback) {
        return {CellTone::Watch, tr("Fallback"),
                capital(tr("%1 answers in place of %2, %3.")
                            .arg(chainText(deployment), versionText(deployment.production), since(s.generation))),
                1};
    }
    if (s.substitutionShare > 0) {
        return ofTraffic(s);
    }
    const Comparison* comparison = details != nullptr ? details : s.comparison ? &*s.comparison : nullptr;
    if (!deployment.shadows.empty() && comparison) {
        const VerdictWords words = verdictWords(*comparison, backgroundOf(s, history, *comparison));
        const CellTone tone = toneOf(words.tone);
        const bool open = tone == CellTone::Open; // production is fine; the comparison is just not decided
        return {open ? CellTone::Calm : tone,
                open                     ? tr("OK, comparing")
                : tone == CellTone::Calm ? tr("OK")
                                         : words.word,
                sentences({words.advice.action, words.advice.urgent() ? words.advice.grounds : QString(), words.because,
                           words.outlook, uncomparedOf(*comparison, deployment).sentence}),
                rankOf(open ? CellTone::Calm : tone)};
    }
    if (s.requests == 0) {
        return {CellTone::Open, tr("No traffic"), tr("Nobody has asked this endpoint since the node started."), 3};
    }
    return {CellTone::Calm, tr("OK"), deployment.shadows.empty() ? tr("No shadow runs beside it.") : QString(), 4};
}

} // namespace

Judgement judge(const EndpointSnapshot& snapshot, const Comparison* details, const std::vector<Generation>& history,
                RowState state) {
    Judgement judgement = ofLive(snapshot, details, history);
    if (state == RowState::Stale) {
        // Old news is never good news; bad news stays where it was.
        judgement.why = tr("Was: %1. %2").arg(judgement.word, judgement.why);
        judgement.tone = CellTone::Stale;
        judgement.word = tr("Stale");
        judgement.rank = std::min(judgement.rank, 2);
    }
    return judgement;
}

} // namespace gnomon::ui
