// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/live_pipeline.h"
#include "backend/serving/steps/mirror.h"
#include "backend/serving/steps/observer.h"
#include "backend/serving/substitutions.h"
#include "backend/serving/timers.h"

#include <atomic>
#include <memory>

namespace gnomon::serving {

// What the calls of one pipeline share. Thread-safe. A run that never returns holds its call, and so this, for longer
// than the pipeline lives; its threads have ended by then.
class PipelineCore {
public:
    PipelineCore(PipelineOptions pipelineOptions, PipelineParts pipelineParts);

    // Unavailable when the pipeline drains, ResourceExhausted when too many calls are under way: this one must be
    // turned away. Otherwise callEnded() follows.
    Status callStarts();
    void workStarts() { ++m_inFlight; } // on behalf of a call that has not ended yet; callEnded() follows
    void callEnded();
    bool waitForCalls(MonoTime until);
    void drain() { m_draining = true; }
    void stop();

    std::uint64_t accepted() const { return m_accepted; }
    std::uint64_t inFlight() const { return m_inFlight; }
    std::uint64_t turnedAway() const { return m_turnedAway; }

    // Writes down that a version is skipped from now on.
    void versionSkipped(const EndpointName& endpoint, VersionNumber version, std::uint32_t abandoned);

    const PipelineOptions options;
    const PipelineParts parts;
    Timers timers;
    const std::shared_ptr<Substitutions> substitutions;
    const std::shared_ptr<Observer> observer;
    Mirror mirror;

private:
    std::atomic<bool> m_draining{false};
    std::atomic<std::uint64_t> m_accepted{0};
    std::atomic<std::uint64_t> m_inFlight{0};
    std::atomic<std::uint64_t> m_turnedAway{0};
    Mutex m_mutex;
    Condition m_ended;
};

} // namespace gnomon::serving
