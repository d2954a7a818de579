// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/audit_finding.h"

#include <QCoreApplication>

namespace gnomon::ui {

using namespace Qt::StringLiterals;

QString findingShape(Finding finding) {
    switch (finding) {
    case Finding::NotChecked:
        return u"⧖"_s;
    case Finding::Verified:
        return u"✓"_s;
    case Finding::Altered:
    case Finding::Missing:
    case Finding::Rewritten:
        return u"▲"_s;
    case Finding::KeyUnknown:
        return u"○"_s;
    }
    return {};
}

QString findingWord(Finding finding) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("gnomon::ui::Finding", text); };
    switch (finding) {
    case Finding::NotChecked:
        return tr("not yet checked");
    case Finding::Verified:
        return tr("verified here");
    case Finding::Altered:
        return tr("altered");
    case Finding::Missing:
        return tr("missing");
    case Finding::Rewritten:
        return tr("rewritten");
    case Finding::KeyUnknown:
        return tr("key unknown");
    }
    return {};
}

bool isAlarm(Finding finding) {
    return finding == Finding::Altered || finding == Finding::Missing || finding == Finding::Rewritten;
}

} // namespace gnomon::ui
