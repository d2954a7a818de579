// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/comparison.h"
#include "backend/domain/version.h"
#include "backend/port/observation_sink.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::monitor {

// Compares a shadow with production on the same requests, per experiment (statistics.md 1 and 2). Thread-safe.
// An experiment starts by itself when an exchange names a pair of versions that has none; the verdict is sticky within
// it and starts afresh only with a new one.
class ComparisonMonitor : public port::ObservationSink {
public:
    // The running experiment of the endpoint, or the newest that ended. NotFound when there never was one.
    virtual Result<Comparison> comparison(const EndpointName& endpoint) const = 0;
    // The same without buckets, bins, transitions and latencies: cheap enough for every heartbeat.
    virtual std::optional<Comparison> summary(const EndpointName& endpoint) const = 0;
    // Ends the running experiment, if any, and declares a new one for the same pair.
    virtual Result<Comparison> startExperiment(const EndpointName& endpoint) = 0;
    virtual Status stopExperiment(const EndpointName& endpoint) = 0;
    // For persistence: opaque bytes that restore() takes back after a restart.
    virtual Bytes save() const = 0;
    virtual Status restore(ByteView saved) = 0;
};

// settings: margins and rules per endpoint; constant. clock must outlive the monitor.
std::unique_ptr<ComparisonMonitor> makeComparisonMonitor(std::vector<EndpointSettings> settings, const Clock& clock);

} // namespace gnomon::monitor
