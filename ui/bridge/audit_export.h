// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "backend/port/node_gateway.h"
#include "ui/bridge/job.h"

#include <memory>

namespace gnomon::ui {

// Events that write an export to a file on the gateway's thread and report to a job. The file appears at `path` only
// when all of it was written; otherwise nothing is left behind.
port::ExportEvents auditExportTo(const QString& path, std::shared_ptr<JobReporter> reporter);

} // namespace gnomon::ui
