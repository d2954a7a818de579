// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/audit_exporter.h"
#include "ui/models/audit_witness.h"

namespace gnomon::ui {

class NodeSession;
class OverlayLayer;

// Asks where to, writes the whole log there with progress and Cancel, then verifies the file here. Opens on the layer;
// the exporter goes on when the sheet is closed. All of it outlives the sheet.
void openExportSheet(OverlayLayer& layer, AuditExporter& exporter, NodeSession& session, LogWitness& witness);

} // namespace gnomon::ui
