// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTimeZone>

#include "ui/models/audit_exporter.h"
#include "ui/models/audit_witness.h"

namespace gnomon::ui {

// "Log verified here: 48 210 records", or what is wrong with it. shown: how large the log is of which records are
// shown.
QString trustHeadline(const LogTrust& trust, std::uint64_t shown = 0);
// What follows from it for the reader; empty when all is well.
QString trustConsequence(const LogTrust& trust);

// What an export came to, in one sentence; progress while it runs.
QString exportSentence(const AuditExporter& exporter);
// What the export's check found.
Finding exportFinding(const proof::ExportReport& report);

} // namespace gnomon::ui
