// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/comparison.h"
#include "ui/widgets/card.h"

#include <functional>

class QLineEdit;

namespace gnomon::ui {

class OverlayLayer;

// How the verdict came about. Opens on the layer; Close or Esc ends it.
void openWhySheet(OverlayLayer& layer, const Comparison& comparison);

// Asks for a reason and starts a new experiment with Ctrl+Enter; Enter alone does nothing.
void openExperimentSheet(OverlayLayer& layer, const Comparison& comparison,
                         std::function<void(const QString& reason)> start);

} // namespace gnomon::ui
