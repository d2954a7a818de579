// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/plan.h"

#include <string>

namespace gnomon::control {

// The request as a gnomonctl command line, quoted for a shell.
std::string commandFor(const ChangeRequest& request);

// "generation 8 is in force: ada made it a fallback 4 s ago": why a plan that was made before is stale.
std::string describeNewer(const Generation& inForce, WallTime now);

} // namespace gnomon::control
