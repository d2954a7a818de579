// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/audit/fsck.h"
#include "backend/node/config.h"

namespace gnomon::app {

// Reads the whole audit trail of the configured state folder and checks it against itself and the node's own key.
// Changes nothing; the node may run meanwhile. NotFound when there is no trail yet; what is wrong with one that is
// there stands in the report.
Result<audit::FsckReport> checkAudit(const node::NodeConfig& config);

// What people read: one sentence on what is good, or what is wrong and where.
std::string describe(const audit::FsckReport& report);

} // namespace gnomon::app
