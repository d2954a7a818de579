// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/format.h"

#include "ui/models/comparison_words.h"
#include "ui/models/evidence_format.h"

#include <QCoreApplication>

namespace gnomon::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::Format", text);
}

QString stepText(const FallbackStep& step) {
    switch (step.kind) {
    case FallbackKind::Version:
        return versionText(step.version);
    case FallbackKind::Constant:
        return tr("the constant");
    case FallbackKind::Refuse:
        return tr("refusing");
    }
    return {};
}

} // namespace

QString durationText(std::chrono::milliseconds duration) {
    const double seconds = static_cast<double>(duration.count()) / 1000;
    if (duration < 1s) {
        return tr("%1 s").arg(seconds, 0, 'f', 1);
    }
    if (duration < 2min) {
        return tr("%1 s").arg(static_cast<qint64>(seconds));
    }
    if (duration < 2h) {
        return tr("%1 min").arg(duration / 1min);
    }
    if (duration < 48h) {
        return tr("%1 h").arg(duration / 1h);
    }
    return tr("%1 d").arg(duration / 24h);
}

QString agoText(std::chrono::milliseconds age) {
    return tr("%1 ago").arg(durationText(age));
}

QString rateText(double perSecond) {
    if (perSecond <= 0) {
        return u"0/s"_s;
    }
    if (perSecond >= 100) {
        return countText(static_cast<quint64>(perSecond + 0.5)) + u"/s"_s;
    }
    return QString::number(perSecond, 'f', perSecond >= 10 ? 1 : 2) + u"/s"_s;
}

QString counted(qint64 n, const QString& one, const QString& many) {
    return countText(static_cast<quint64>(n)) + u' ' + (n == 1 ? one : many);
}

QString modeWord(Mode mode) {
    switch (mode) {
    case Mode::Production:
        return tr("Production");
    case Mode::Fallback:
        return tr("Fallback");
    case Mode::Disabled:
        return tr("Disabled");
    }
    return {};
}

ChangeKind modeChangeFrom(Mode mode) {
    switch (mode) {
    case Mode::Production:
        return ChangeKind::Fallback;
    case Mode::Fallback:
        return ChangeKind::Restore;
    case Mode::Disabled:
        return ChangeKind::Enable;
    }
    return {};
}

QString changeWord(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Initial:
        return tr("Started");
    case ChangeKind::Fallback:
        return tr("Fell back");
    case ChangeKind::Restore:
        return tr("Restored");
    case ChangeKind::Rollback:
        return tr("Rolled back");
    case ChangeKind::Promote:
        return tr("Promoted");
    case ChangeKind::ShadowStart:
        return tr("Shadow started");
    case ChangeKind::ShadowStop:
        return tr("Shadow stopped");
    case ChangeKind::ShadowMirror:
        return tr("Mirror share");
    case ChangeKind::Enable:
        return tr("Enabled");
    case ChangeKind::Disable:
        return tr("Disabled");
    }
    return {};
}

QString changeVerb(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::Initial:
        return tr("Start");
    case ChangeKind::Fallback:
        return tr("Fall back");
    case ChangeKind::Restore:
        return tr("Restore");
    case ChangeKind::Rollback:
        return tr("Roll back");
    case ChangeKind::Promote:
        return tr("Promote");
    case ChangeKind::ShadowStart:
        return tr("Start shadow of");
    case ChangeKind::ShadowStop:
        return tr("Stop shadow of");
    case ChangeKind::ShadowMirror:
        return tr("Change mirror share of");
    case ChangeKind::Enable:
        return tr("Enable");
    case ChangeKind::Disable:
        return tr("Disable");
    }
    return {};
}

QString environmentWord(port::EnvironmentClass environment) {
    switch (environment) {
    case port::EnvironmentClass::Production:
        return tr("PRODUCTION");
    case port::EnvironmentClass::Test:
        return tr("TEST");
    case port::EnvironmentClass::Practice:
        return tr("PRACTICE");
    }
    return {};
}

QString actorText(const Actor& actor) {
    QString person = QString::fromStdString(actor.person);
    if (person.startsWith(u"machine:"_s)) {
        person.insert(8, u' ');
    }
    return person;
}

QString shadowsText(const Deployment& deployment) {
    QStringList parts;
    for (const ShadowSpec& shadow : deployment.shadows) {
        parts.append(versionText(shadow.version) + u' ' + QString::number(shadow.mirrorPercent) + u"\u00A0%"_s);
    }
    return parts.isEmpty() ? dash() : parts.join(u", "_s);
}

QString chainText(const Deployment& deployment) {
    QStringList parts;
    for (const FallbackStep& step : deployment.chain) {
        parts.append(stepText(step));
    }
    return parts.isEmpty() ? tr("refusing") : parts.join(tr(", then "));
}

QString deploymentText(const Deployment& deployment) {
    QString text;
    switch (deployment.mode) {
    case Mode::Production:
        text = tr("%1 serves").arg(versionText(deployment.production));
        break;
    case Mode::Fallback:
        text = tr("fallback answers (%1); %2 waits").arg(chainText(deployment), versionText(deployment.production));
        break;
    case Mode::Disabled:
        text = tr("nothing answers; %1 waits").arg(versionText(deployment.production));
        break;
    }
    if (!deployment.shadows.empty()) {
        text += tr("; shadow %1").arg(shadowsText(deployment));
    }
    if (deployment.mode == Mode::Production) {
        text += tr("; falls back to %1").arg(chainText(deployment));
    }
    return text;
}

QString dash() {
    return u"–"_s;
}

} // namespace gnomon::ui
