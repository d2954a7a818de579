// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/pipeline_core.h"
#include "backend/base/log.h"

#include <utility>

namespace gnomon::serving {

PipelineCore::PipelineCore(PipelineOptions pipelineOptions, PipelineParts pipelineParts)
    : options(pipelineOptions), parts(std::move(pipelineParts)), timers(parts.clock),
      substitutions(std::make_shared<Substitutions>(parts.audit, parts.clock, timers, options.substitutionPeriod)),
      observer(std::make_shared<Observer>(parts.sinks, options.observerQueue, options.observerBytes)),
      mirror({options.shadowTimeout, options.mirrorQueue, options.mirrorBytes}, timers, parts.clock, parts.random) {}

Status PipelineCore::callStarts() {
    // Before the look at m_draining, so that drain() either turns it away or waits for it.
    const std::uint64_t underWay = ++m_inFlight;
    if (m_draining) {
        callEnded();
        return Error{ErrorCode::Unavailable, "the node is shutting down", "try another node"};
    }
    if (underWay > options.mostCalls) {
        callEnded();
        ++m_turnedAway;
        return Error{ErrorCode::ResourceExhausted,
                     "the node has " + std::to_string(options.mostCalls) + " calls under way, and takes no more",
                     "try again in a moment, or another node"};
    }
    ++m_accepted;
    return {};
}

void PipelineCore::callEnded() {
    if (--m_inFlight == 0 && m_draining) {
        const MutexLock lock(m_mutex);
        m_ended.notifyAll();
    }
}

bool PipelineCore::waitForCalls(MonoTime until) {
    const MutexLock lock(m_mutex);
    while (m_inFlight > 0) {
        if (!m_ended.waitUntil(m_mutex, until)) {
            return m_inFlight == 0;
        }
    }
    return true;
}

void PipelineCore::stop() {
    mirror.stop();
    timers.stop();
    observer->stop();
    substitutions->flush();
}

void PipelineCore::versionSkipped(const EndpointName& endpoint, VersionNumber version, std::uint32_t abandoned) {
    AuditRecord record;
    record.kind = RecordKind::Lifecycle;
    record.actor = machineActor("watchdog");
    record.action = "skip";
    record.object = "endpoint/" + endpoint.value;
    record.result = "ok";
    record.code = "OK";
    record.reason = "v" + std::to_string(version.value) + " is skipped after " + std::to_string(abandoned) +
                    " abandoned runs, until a person acts";
    AuditPayload payload;
    payload.facts = {{"version", std::to_string(version.value)}, {"abandoned", std::to_string(abandoned)}};
    parts.audit.appendAsync(std::move(record), std::move(payload), [endpoint, version](const auto& appended) {
        if (!appended.ok()) {
            logEvent(LogLevel::Error, "skip_not_recorded",
                     {{"endpoint", endpoint.value},
                      {"version", std::to_string(version.value)},
                      {"error", appended.error().message}});
        }
    });
}

} // namespace gnomon::serving
