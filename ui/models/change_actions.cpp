// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/change_actions.h"

#include "ui/models/comparison_words.h"
#include "ui/models/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ChangeActions", text);
}

QString listed(const std::vector<VersionNumber>& versions) {
    QStringList parts;
    for (const VersionNumber version : versions) {
        parts.append(versionText(version));
    }
    return parts.join(tr(" or "));
}

bool shadows(const Deployment& deployment, VersionNumber version) {
    return std::ranges::find(deployment.shadows, version, &ShadowSpec::version) != deployment.shadows.end();
}

class Maker {
public:
    Maker(const EndpointSnapshot& snapshot, std::size_t generations, const std::optional<Principal>& principal)
        : m_s(snapshot), m_d(snapshot.generation.deployment), m_generations(generations), m_principal(principal) {}

    std::vector<ChangeAction> all() {
        const QString production = versionText(m_d.production);
        const bool fallback = m_d.mode == Mode::Fallback;
        const bool disabled = m_d.mode == Mode::Disabled;
        add(ChangeKind::Fallback, tr("Fall back…"), tr("All calls go to %1.").arg(chainText(m_d)),
            fallback   ? tr("It is in fallback already.")
            : disabled ? tr("It is disabled.")
                       : QString());
        add(ChangeKind::ShadowStop, tr("Stop shadow…"), tr("Ends the comparison; callers notice nothing."),
            m_d.shadows.empty() ? tr("No shadow runs.") : QString());
        add(ChangeKind::Disable, tr("Disable…"), tr("Every call is refused until it is enabled."),
            disabled ? tr("It is disabled already.") : QString());
        add(ChangeKind::Rollback, tr("Roll back to…"), tr("A new generation equal to an older one."),
            m_generations < 2 ? tr("There is no older generation.") : QString());
        add(ChangeKind::Restore, tr("Restore…"), tr("%1 serves again.").arg(production),
            fallback ? QString() : tr("It is not in fallback."));
        add(ChangeKind::Enable, tr("Enable…"), tr("%1 serves again.").arg(production),
            disabled ? QString() : tr("It is not disabled."));
        addVersioned(ChangeKind::ShadowStart, tr("Start shadow…"), tr("%1 answers beside %2, unseen by callers."),
                     tr("There is no other version to run beside it."));
        add(ChangeKind::ShadowMirror, tr("Mirror share…"), tr("How many requests the shadow sees."),
            m_d.shadows.empty() ? tr("No shadow runs.") : QString());
        addVersioned(ChangeKind::Promote, tr("Promote…"), tr("%1 takes over from %2."),
                     tr("There is no other version to promote."));
        return std::move(m_actions);
    }

private:
    void addVersioned(ChangeKind kind, const QString& title, const QString& description, const QString& none) {
        const std::vector<VersionNumber> versions = versionsFor(kind, m_s);
        add(kind, title, description.arg(listed(versions), versionText(m_d.production)),
            versions.empty() ? none : QString());
    }

    void add(ChangeKind kind, const QString& title, const QString& description, const QString& blocked) {
        ChangeAction action;
        action.kind = kind;
        action.title = title;
        action.description = description;
        action.blocked = blocked;
        const Permission needed =
            directionOf(kind) == Direction::Safe ? Permission::OperateSafe : Permission::OperateRisky;
        if (m_principal && !m_principal->may(needed)) {
            action.denied = true;
            action.blocked = tr("Needs %1, which %2 does not have here.")
                                 .arg(QString::fromUtf8(permissionName(needed)), actorText(m_principal->actor));
        }
        action.request.kind = kind;
        action.request.endpoint = m_s.settings.name;
        const std::vector<VersionNumber> versions = versionsFor(kind, m_s);
        if (!versions.empty()) {
            action.request.version = versions.front();
        }
        if (kind == ChangeKind::ShadowStart) {
            action.request.mirrorPercent = 100;
        } else if (kind == ChangeKind::ShadowMirror && !m_d.shadows.empty()) {
            action.request.mirrorPercent = m_d.shadows.front().mirrorPercent;
        }
        m_actions.push_back(std::move(action));
    }

    const EndpointSnapshot& m_s;
    const Deployment& m_d;
    const std::size_t m_generations;
    const std::optional<Principal>& m_principal;
    std::vector<ChangeAction> m_actions;
};

} // namespace

std::vector<ChangeAction> changeActions(const EndpointSnapshot& snapshot, std::size_t generations,
                                        const std::optional<Principal>& principal) {
    return Maker(snapshot, generations, principal).all();
}

std::vector<VersionNumber> versionsFor(ChangeKind kind, const EndpointSnapshot& snapshot) {
    const Deployment& deployment = snapshot.generation.deployment;
    std::vector<VersionNumber> versions;
    switch (kind) {
    case ChangeKind::ShadowStop:
    case ChangeKind::ShadowMirror:
        for (const ShadowSpec& shadow : deployment.shadows) {
            versions.push_back(shadow.version);
        }
        break;
    case ChangeKind::ShadowStart:
    case ChangeKind::Promote:
        for (const Version& version : snapshot.versions) {
            const bool usable = version.state != VersionState::Refused && !(version.number == deployment.production);
            if (usable && (kind == ChangeKind::Promote || !shadows(deployment, version.number))) {
                versions.push_back(version.number);
            }
        }
        // What has been compared comes first.
        std::ranges::stable_partition(versions, [&](VersionNumber v) { return shadows(deployment, v); });
        break;
    case ChangeKind::Initial:
    case ChangeKind::Fallback:
    case ChangeKind::Restore:
    case ChangeKind::Rollback:
    case ChangeKind::Enable:
    case ChangeKind::Disable:
        break;
    }
    return versions;
}

} // namespace gnomon::ui
