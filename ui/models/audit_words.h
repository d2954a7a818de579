// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/domain/audit.h"

namespace gnomon::ui {

bool isMachine(const Actor& actor);
// "fallback", or with what it is a part of: "fallback: outcome".
QString actionText(const AuditRecord& record);
// "spam-filter" for "endpoint/spam-filter".
QString objectText(const AuditRecord& record);
// "PRODUCTION → FALLBACK" or "production v1 → v2", the first of the changes; empty when it changed nothing.
QString changeText(const StoredRecord& stored);
// "denied (PERMISSION_DENIED)".
QString resultText(const AuditRecord& record);
// One line that stands for the record: "14:02:11 ada fallback spam-filter".
QString recordTitle(const AuditRecord& record);

} // namespace gnomon::ui
