// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/change_words.h"

#include "ui/models/change_flow.h"
#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"
#include "ui/models/failure.h"
#include "ui/models/format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QStringList>

#include <cmath>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ChangeWords", text);
}

QString inverseOf(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Fallback:
        return tr("Restore");
    case ChangeKind::Restore:
        return tr("Fall back");
    case ChangeKind::Disable:
        return tr("Enable");
    case ChangeKind::Enable:
        return tr("Disable");
    case ChangeKind::ShadowStart:
        return tr("Stop shadow");
    case ChangeKind::ShadowStop:
        return tr("Start shadow");
    case ChangeKind::Initial:
    case ChangeKind::Rollback:
    case ChangeKind::Promote:
    case ChangeKind::ShadowMirror:
        return tr("Roll back");
    }
    return {};
}

// With milliseconds: two replies within a second are common.
QString preciseClock(WallTime time, const QTimeZone& zone) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return QDateTime::fromMSecsSinceEpoch(ms, zone).toString(u"HH:mm:ss.zzz "_s) +
           (zone == QTimeZone::utc() ? u"UTC"_s : zone.abbreviation(QDateTime::fromMSecsSinceEpoch(ms)));
}

} // namespace

QString changeTitle(const ChangeRequest& request, const QString& node, port::EnvironmentClass environment) {
    const QString endpoint = QString::fromStdString(request.endpoint.value);
    const QString where = tr("on %1 in %2").arg(node, environmentWord(environment));
    if (request.kind == ChangeKind::Promote && request.version) {
        return tr("Promote %1 %2 %3").arg(endpoint, versionText(*request.version), where);
    }
    return u"%1 %2 %3"_s.arg(changeVerb(request.kind), endpoint, where);
}

QString commandText(const ChangeRequest& request, Direction direction) {
    QString verb = QString::fromUtf8(changeKindName(request.kind));
    if (verb.startsWith(u"shadow-"_s)) {
        verb.replace(u'-', u' '); // gnomonctl shadow start
    }
    QString command = u"gnomonctl "_s + verb + u' ' + QString::fromStdString(request.endpoint.value);
    if (request.version) {
        command += u' ' + versionText(*request.version);
    }
    if (request.mirrorPercent) {
        command += u" --mirror "_s + QString::number(*request.mirrorPercent);
    }
    if (request.toGeneration) {
        command += u" --to "_s + QString::number(request.toGeneration->value);
    }
    if (!request.reason.empty()) {
        QString reason = QString::fromStdString(printable(request.reason, 1000));
        command += u" --reason '"_s + reason.replace(u"'"_s, u"'\\''"_s) + u'\'';
    } else if (direction == Direction::Risky) {
        command += u" --reason REASON"_s; // without one it is refused
    }
    return request.skipDryRun ? command + u" --skip-replay"_s : command;
}

QString dryRunText(const DryRun& dryRun) {
    if (dryRun.skipped) {
        return tr("Skipped: %1.").arg(QString::fromStdString(printable(dryRun.skippedBecause, 200)));
    }
    if (dryRun.replayed == 0) {
        return tr("There were no recorded requests to try it on.");
    }
    QString text = dryRun.decisionsChanged == 0
                       ? tr("Of %1 recorded requests none would be decided differently").arg(countText(dryRun.replayed))
                       : tr("Of %1 recorded requests %2 would be decided differently")
                             .arg(countText(dryRun.replayed), countText(dryRun.decisionsChanged));
    QStringList flips;
    for (const auto& [flip, count] : dryRun.flips) {
        flips.append(countText(count) + u' ' + QString::fromStdString(printable(flip, 80)).replace(u"->"_s, u"→"_s));
    }
    if (!flips.isEmpty()) {
        text += u" ("_s + flips.join(u", "_s) + u')';
    }
    if (dryRun.failed > 0) {
        text += tr("; %1 would fail").arg(countText(dryRun.failed));
    }
    if (std::abs(dryRun.meanScoreDifference) >= 0.0005) {
        text += tr("; scores %1 on average").arg(differenceText(dryRun.meanScoreDifference));
    }
    return text + (dryRun.cutShort ? tr(". Cut short: the time was up.") : u"."_s);
}

QString touchesText(const PlanPreview& preview, const QString& node) {
    return tr("%1 requests on %2. Reversible by %3.")
        .arg(rateText(preview.requestsPerSecond), node, inverseOf(preview.plan.kind));
}

QStringList changeLines(const PlanPreview& preview) {
    QStringList lines;
    for (const FieldChange& change : preview.changes) {
        const auto text = [](const std::string& value) {
            return value.empty() ? dash() : QString::fromStdString(printable(value, 200));
        };
        lines.append(u"%1:  %2  →  %3"_s.arg(text(change.field), text(change.before), text(change.after)));
    }
    return lines;
}

QString effectText(const ChangeFlow& flow, const QTimeZone& zone) {
    switch (flow.state()) {
    case ChangeFlow::State::Planning:
    case ChangeFlow::State::Planned:
    case ChangeFlow::State::Refused:
        return {};
    case ChangeFlow::State::Executing:
        return tr("sent, waiting for the node");
    case ChangeFlow::State::Failed:
        return flow.outcomeUnknown() ? tr("it may or may not be in force. %1").arg(sentenceOf(flow.error()->message))
                                     : tr("nothing has changed. %1").arg(sentenceOf(flow.error()->message));
    case ChangeFlow::State::Proving:
        return tr("in force as generation %1; waiting for its first reply")
            .arg(flow.outcome()->generation.number.value);
    case ChangeFlow::State::Unproved:
        if (flow.error() && isReplaced(flow.error()->code)) {
            return tr("was put in force as generation %1 and is not any more. %2")
                .arg(QString::number(flow.outcome()->generation.number.value), sentenceOf(flow.error()->message));
        }
        return tr("in force as generation %1, but not confirmed by a reply yet")
            .arg(flow.outcome()->generation.number.value);
    case ChangeFlow::State::Proved:
        break;
    }
    const EffectProof& proof = *flow.proof();
    QString text =
        tr("first reply at %1, answered by %2")
            .arg(preciseClock(proof.firstReply, zone), QString::fromStdString(printable(proof.servedBy, 80)));
    if (!proof.firstExchange.empty()) {
        text += tr(" (id %1)").arg(QString::fromStdString(printable(proof.firstExchange, 64)).left(12));
    }
    text += proof.oldInFlight == 0 ? tr("; the old generation is drained")
                                   : tr("; %1 old calls are still out").arg(countText(proof.oldInFlight));
    if (proof.byProbe) {
        text += tr("; by a probe, for there was no traffic");
    }
    return flow.outcome()->outcome ? text : text + tr("; its outcome is not in the audit trail yet");
}

QString doneText(const ChangeFlow& flow, const QString& node) {
    const QString endpoint = QString::fromStdString(flow.request().endpoint.value);
    if (!flow.inForce()) {
        return tr("%1 on %2: %3").arg(endpoint, node, effectText(flow, QTimeZone::utc()));
    }
    return tr("%1 on %2: %3, generation %4, %5.")
        .arg(endpoint, node, changeWord(flow.request().kind).toLower(),
             QString::number(flow.outcome()->generation.number.value),
             flow.state() == ChangeFlow::State::Proved ? tr("proven by its first reply") : tr("not proven yet"));
}

} // namespace gnomon::ui
