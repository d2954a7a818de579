// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/deployment.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"
#include "backend/domain/version.h"
#include "backend/port/model_runner.h"
#include "backend/serving/policy/breaker.h"
#include "backend/serving/traffic_meter.h"
#include "backend/serving/version_meter.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace gnomon::serving {

// What became of the requests of one generation; the basis of proof of effect.
struct GenerationTraffic {
    GenerationNumber generation;
    std::optional<ExchangeId> firstReply;
    WallTime firstReplyTime;
    std::string servedBy;
    bool byProbe = false;            // the first reply was to a probe
    std::uint64_t olderInFlight = 0; // calls that older generations still owe
};

// What one version did, and how it is now.
struct VersionMeasures {
    VersionCounters counters;
    Breaker::State breaker = Breaker::State::Closed;
    bool skipped = false;
    std::optional<port::WorkerState> worker; // absent when no process runs it

    bool operator==(const VersionMeasures&) const = default;
};

// An endpoint since the node started, for metrics.
struct EndpointMeasures {
    TrafficTotals traffic;
    std::map<VersionNumber, VersionMeasures> versions;
};

// The endpoints of this node: their settings, versions and the deployment in force. Thread-safe.
// Reading the deployment in force copies a pointer under a mutex that is held for nothing longer; deploying moves it.
class EndpointDirectory {
public:
    virtual ~EndpointDirectory() = default;

    virtual std::vector<EndpointName> names() const = 0;
    // NotFound for an unknown endpoint. comparison is left empty.
    virtual Result<EndpointSnapshot> snapshot(const EndpointName& endpoint) const = 0;
    virtual Result<EndpointSettings> settings(const EndpointName& endpoint) const = 0;
    virtual Result<Generation> inForce(const EndpointName& endpoint) const = 0;
    virtual Result<std::vector<Version>> versions(const EndpointName& endpoint) const = 0;
    // What each version did for callers.
    virtual Result<std::map<VersionNumber, VersionCounters>> counters(const EndpointName& endpoint) const = 0;
    virtual Result<EndpointMeasures> measures(const EndpointName& endpoint) const = 0;
    // The runner of a version that is warm, in process or as a worker. FailedPrecondition when it is not.
    virtual Result<std::shared_ptr<port::ModelRunner>> warmRunner(const EndpointName& endpoint,
                                                                  VersionNumber version) = 0;

    // Loads, tries and warms everything that the deployment names; blocks, up to tens of seconds for big models.
    // FailedPrecondition names the version and why it cannot serve. Nothing changes for callers.
    virtual Status prepare(const EndpointName& endpoint, const Deployment& deployment) = 0;
    // Puts a prepared deployment in force: one pointer moves. Versions that nothing names any more are let go once
    // their last call is done.
    virtual Status deploy(const Generation& generation) = 0;
    // Lets go of every version that neither the deployment in force nor one of these names.
    virtual void keepWarm(const EndpointName& endpoint, const std::vector<Deployment>& planned) = 0;
    virtual Result<GenerationTraffic> traffic(const EndpointName& endpoint) const = 0;

    // What endpoint.toml states for the first start. Where it names no production version, the highest that was not
    // refused so far: it may be another one after a prepare() that failed.
    virtual Result<Deployment> initial(const EndpointName& endpoint) const = 0;
    // Inputs that the production version accepts: of a golden case, else zeros in the shape of its schema.
    virtual Result<TensorSet> exampleInputs(const EndpointName& endpoint) const = 0;

    // A person acted: versions that were skipped after too many abandoned runs may be tried again.
    virtual void clearSkips(const EndpointName& endpoint) = 0;
};

} // namespace gnomon::serving
