// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/deployment.h"

#include <optional>
#include <vector>

namespace gnomon {

// Where a rollback goes when nobody names a generation: to the newest that is older than what is in force goes back to.
// So rolling back again goes further back, never to what was rolled back from. Passed over: what answered no call
// (DISABLED; who means that disables) and what equals the deployment in force. history: newest first, the one in force
// first. Absent when there is none.
std::optional<GenerationNumber> rollbackTarget(const std::vector<Generation>& history);

// The newest rollback that left the generation behind: going there is going forward again, to what somebody went back
// from. Absent when nobody did. history: newest first.
std::optional<GenerationNumber> rolledBackFrom(const std::vector<Generation>& history, GenerationNumber number);

} // namespace gnomon
