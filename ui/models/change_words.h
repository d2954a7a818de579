// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "backend/domain/plan.h"
#include "backend/port/console_store.h"

namespace gnomon::ui {

class ChangeFlow;

// "Fall back spam-filter on eu-1 in PRODUCTION": a sheet's title and the label of its button.
QString changeTitle(const ChangeRequest& request, const QString& node, port::EnvironmentClass environment);
// The same change as a command line, quoted for a shell: "gnomonctl promote spam-filter v2".
QString commandText(const ChangeRequest& request, Direction direction);
// "Of 1 000 recorded requests 39 would be answered differently (34 ham → spam, 5 spam → ham)."
QString dryRunText(const DryRun& dryRun);
// "412 requests/s on eu-1. Reversible by Restore."
QString touchesText(const PlanPreview& preview, const QString& node);
// One line per part of the deployment that moves, for people: "falls back to: v2, then the constant".
QStringList changeLines(const PlanPreview& preview);
// How the change stands on its node after it was sent: "✓ first reply by the constant at 12:03:09.214 UTC, old
// generation drained".
QString effectText(const ChangeFlow& flow, const QTimeZone& zone);
// What is told once the sheet is closed: "spam-filter fell back on eu-1: generation 4, proven."
QString doneText(const ChangeFlow& flow, const QString& node);

} // namespace gnomon::ui
