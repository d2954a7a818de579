// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "ui/models/audit_checker.h"

#include <vector>

namespace gnomon::ui {

// One record in full as rich text: who, what, before and after, how it was proved here, what belongs to it. Everything
// that a node sent is escaped. Links to other records are "seq:<number>".
// related: records of the same change, as far as they are on screen. proof: null while it is being checked.
QString auditDetailsHtml(const StoredRecord& stored, const RecordProof* proof,
                         const std::vector<const StoredRecord*>& related, const QTimeZone& zone);

} // namespace gnomon::ui
