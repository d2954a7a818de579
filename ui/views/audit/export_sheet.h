// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

class QString;

namespace gnomon::ui {

class AuditExporter;
class OverlayLayer;

// Where to write the log to, how far that is, and what checking the file found. Ctrl+Enter starts; closing the sheet
// leaves a running export alone. exporter must outlive the layer's card.
void openExportSheet(OverlayLayer& layer, AuditExporter& exporter, const QString& suggestedPath,
                     std::function<void(const QString& path)> start);

} // namespace gnomon::ui
