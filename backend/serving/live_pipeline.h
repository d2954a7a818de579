// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"
#include "backend/port/audit_sink.h"
#include "backend/port/authorizer.h"
#include "backend/port/observation_sink.h"
#include "backend/port/scorer.h"
#include "backend/serving/live_directory.h"
#include "backend/serving/pipeline.h"
#include "backend/serving/policy/time_share.h"

#include <chrono>
#include <cstdint>

namespace gnomon::serving {

struct PipelineOptions {
    // Kept back from the caller's deadline, so that the reply reaches the caller in time, also from a busy machine.
    SafetyMargin safety;

    std::chrono::milliseconds shadowTimeout{5000};      // then the shadow is late
    std::size_t mirrorQueue = 1024;                     // requests waiting for or running in shadows, per shadow
    std::size_t observerQueue = 65536;                  // complete exchanges waiting for the observers
    std::size_t mirrorBytes = std::size_t{256} << 20;   // of their inputs, for all shadows together
    std::size_t observerBytes = std::size_t{256} << 20; // of their inputs and outputs
    std::size_t mostCalls = 1024;                       // under way at a time; further ones are turned away
    std::chrono::seconds substitutionPeriod{60};        // at most one audit record per endpoint in this time
};

// Everything that the pipeline works with; all of it must outlive the pipeline.
struct PipelineParts {
    LiveDirectory& directory;
    const port::Authorizer* authorizer = nullptr; // absent: every caller may infer
    port::Scorer& scorer;
    std::vector<port::ObservationSink*> sinks; // called on the observer thread, in this order
    port::AuditSink& audit;
    const Clock& clock; // must run in step with the steady clock: the watchdog sleeps by it
    Random& random;
};

struct PipelineCounters {
    std::uint64_t accepted = 0;
    std::uint64_t inFlight = 0;
    std::uint64_t turnedAway = 0;      // calls that found too many under way
    std::uint64_t mirrorDropped = 0;   // shadow legs that found a full queue
    std::uint64_t observerDropped = 0; // exchanges that no observer saw

    bool operator==(const PipelineCounters&) const = default;
};

// The pipeline with what its owner needs of it. Thread-safe.
class LivePipeline : public Pipeline {
public:
    virtual PipelineCounters counters() const = 0;
    // No new calls (Unavailable); blocks until those under way are answered. False when the wait was over first.
    virtual bool drain(std::chrono::milliseconds wait) = 0;
    // Blocks until every exchange answered so far went to the observers, shadows included, or the wait was over.
    virtual bool settle(std::chrono::milliseconds wait) = 0;
};

std::unique_ptr<LivePipeline> makePipeline(PipelineOptions options, PipelineParts parts);

} // namespace gnomon::serving
