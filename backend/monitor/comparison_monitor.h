// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/comparison.h"
#include "backend/domain/deployment.h"
#include "backend/domain/version.h"
#include "backend/port/observation_sink.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::monitor {

// Compares a shadow with production on the same requests, per experiment (statistics.md 1 and 2). Thread-safe.
// An experiment starts by itself when an exchange names a pair of versions that has none; the verdict is sticky within
// it and starts afresh only with a new one. With several shadows the first one deployed is compared, but never another
// one while the running pair is still deployed. Only an exchange of a newer generation ends a running experiment for
// another pair or restarts a stopped one. Counts, transitions, histograms and latencies are of all pairs. Evidence
// (intervals, flipEvidence, clusters, the lines over time) is of the first pair of each entity, so that repeats add
// none; the rule and its reasons are in resources/docs/adr/0010-verdict-of-a-comparison.md. Memory per endpoint is
// bounded, about 5 MiB at most.
class ComparisonMonitor : public port::ObservationSink {
public:
    // The running experiment of the endpoint, or the newest that ended. NotFound when there never was one.
    virtual Result<Comparison> comparison(const EndpointName& endpoint) const = 0;
    // The same without buckets, bins, transitions and latencies: cheap enough for every heartbeat.
    virtual std::optional<Comparison> summary(const EndpointName& endpoint) const = 0;
    // Ends the running experiment, if any, and declares a new one for the same pair. It has been kept when this
    // returns; what cannot be kept is not done, here as in stopExperiment(), and the error says why.
    virtual Result<Comparison> startExperiment(const EndpointName& endpoint) = 0;
    virtual Status stopExperiment(const EndpointName& endpoint) = 0;
    // What is in force now. Ends an experiment whose pair is no longer deployed even when no mirrored request comes any
    // more to say so (a shadow that was stopped). May be told the same again and again.
    virtual void deployed(const Generation& generation) = 0;
    // For persistence: opaque bytes that restore() takes back after a restart. Corrupt leaves everything as it was. An
    // experiment that was declared with other settings than the present ones has ended. The evidence of the newest
    // seconds about errors and latency is not saved: the slow runs of it die with the process.
    virtual Bytes save() const = 0;
    virtual Status restore(ByteView saved) = 0;
    // Has what save() says kept, unless nothing has changed since. Exchanges go on being observed meanwhile.
    virtual Status keep() = 0;
};

// Puts what save() said where it survives the process, in place of what was kept before. Called by one thread at a
// time; must not call the monitor.
using KeepComparisons = std::function<Status(ByteView saved)>;

// settings: margins and rules per endpoint; constant. Exchanges of other endpoints are ignored. clock stamps exchanges
// too, and must outlive the monitor. keep: null where nothing is to survive.
std::unique_ptr<ComparisonMonitor> makeComparisonMonitor(std::vector<EndpointSettings> settings, const Clock& clock,
                                                         KeepComparisons keep = nullptr);

} // namespace gnomon::monitor
