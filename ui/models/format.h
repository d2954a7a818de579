// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "backend/domain/deployment.h"
#include "backend/port/console_store.h"

#include <chrono>
#include <optional>

namespace gnomon::ui {

// What people read, made from the facts that nodes send. Numbers of evidence are in evidence_format.h.

// "0.4 s", "41 s", "3 min", "2 h", "5 d".
QString durationText(std::chrono::milliseconds duration);
// "41 s ago".
QString agoText(std::chrono::milliseconds age);
// "412/s", "38.7/s", "0.02/s"; "0/s" only for none at all.
QString rateText(double perSecond);
// "1 node", "14 nodes".
QString counted(qint64 n, const QString& one, const QString& many);

QString modeWord(Mode mode);                                 // "Production", "Fallback", "Disabled"
QString changeWord(ChangeKind kind);                         // past: "Fell back", for histories
QString changeVerb(ChangeKind kind);                         // imperative: "Fall back", for buttons
QString environmentWord(port::EnvironmentClass environment); // "PRODUCTION"
// What takes an endpoint out of this mode: fall back, restore, enable.
ChangeKind modeChangeFrom(Mode mode);
QString actorText(const Actor& actor); // "ada", "machine: substitution"
// "v1 serves; v2 shadows 100 %; falls back to constant".
QString deploymentText(const Deployment& deployment);
QString shadowsText(const Deployment& deployment); // "v2 100 %"; a dash when there is none
QString chainText(const Deployment& deployment);   // "v3, then constant"

// What stands where there is nothing to show.
QString dash();

} // namespace gnomon::ui
