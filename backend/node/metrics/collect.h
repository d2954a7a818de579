// SPDX-License-Identifier: GPL-3.0-or-later
// Counters of the node as metrics, one function per part of it. Every name is explained in
// resources/docs/help/metrics.md.
#pragma once

#include "backend/access/denial_recorder.h"
#include "backend/audit/audit_log.h"
#include "backend/monitor/comparison_monitor.h"
#include "backend/node/interfaces.h"
#include "backend/node/metrics/families.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/live_pipeline.h"

#include <optional>

namespace gnomon::node {

void collectModels(const serving::EndpointDirectory& directory, const monitor::ComparisonMonitor& monitor,
                   Families& families);
// Exchanges that the store did not take, and that it did not because it had enough of the kind.
struct StoreCounters {
    std::uint64_t dropped = 0;
    std::uint64_t sampledOut = 0;
};
void collectPipeline(const serving::PipelineCounters& pipeline, const StoreCounters& store, Families& families);
void collectAdmission(const serving::AdmissionCounters& admission, const serving::PipelineCounters& pipeline,
                      Families& families);
void collectInterfaces(const InterfaceCounters& interfaces, const access::DenialRecorder::Counters& denials,
                       Families& families);
void collectAudit(const audit::AuditLog& audit, Families& families);
// The process as the kernel counts it.
void collectProcess(Families& families);

} // namespace gnomon::node
