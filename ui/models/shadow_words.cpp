// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/shadow_words.h"

#include "ui/models/comparison_words.h"
#include "ui/models/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("gnomon::ui::ShadowWords", text);
}

QString listed(QStringList names) {
    const QString last = names.takeLast();
    return names.isEmpty() ? last : names.join(u", "_s) + tr(" and ") + last;
}

} // namespace

Uncompared uncomparedOf(const Comparison& comparison, const Deployment& deployment) {
    QStringList others;
    bool compared = false;
    for (const ShadowSpec& shadow : deployment.shadows) {
        if (shadow.version == comparison.shadow) {
            compared = comparison.production == deployment.production;
        } else {
            others.append(versionText(shadow.version));
        }
    }
    if (others.isEmpty()) {
        return {};
    }
    const QString names = listed(others);
    if (compared) {
        const QString text = others.size() == 1
                                 ? tr("%1 also runs as a shadow; it is not compared until %2 is stopped.")
                                 : tr("%1 also run as shadows; they are not compared until %2 is stopped.");
        return {text.arg(names, versionText(comparison.shadow)), comparison.shadow};
    }
    return {tr("What is shown has ended: %1 is the shadow now, and is compared from its first mirrored request on.")
                .arg(others.front()),
            {}};
}

QString nothingComparedText(const EndpointName& endpoint, const Deployment& deployment) {
    const QString name = QString::fromStdString(endpoint.value);
    if (deployment.shadows.empty()) {
        return tr("No shadow is configured for %1, so there is nothing to compare. A shadow answers the same requests "
                  "beside production and never delays a reply.")
            .arg(name);
    }
    const QString runs = tr("Shadow %1 of %2 runs, but no request was mirrored to it yet. ")
                             .arg(versionText(deployment.shadows.front().version), name);
    if (deployment.mode != Mode::Production) {
        return runs + tr("Requests are mirrored in production only, and this endpoint is in %1.")
                          .arg(modeWord(deployment.mode).toLower());
    }
    const bool any =
        std::ranges::any_of(deployment.shadows, [](const ShadowSpec& shadow) { return shadow.mirrorPercent > 0; });
    return runs + (any ? tr("The comparison starts by itself with the first one.")
                       : tr("Its mirror share is 0 %: raise it to compare."));
}

} // namespace gnomon::ui
