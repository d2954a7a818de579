// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/deployment.h"

#include <optional>
#include <vector>

namespace gnomon {

// Where a rollback goes when nobody names a generation: to the newest that is older than what is in force goes back to.
// So rolling back again goes further back, never to what was rolled back from. history: newest first, the one in force
// first. Absent when there is none.
std::optional<GenerationNumber> rollbackTarget(const std::vector<Generation>& history);

} // namespace gnomon
