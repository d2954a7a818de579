// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/exchange.h"
#include "backend/port/model_runner.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/traffic_meter.h"
#include "backend/serving/version_health.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::serving {

// A version in one part of a deployment. Without a runner it cannot be asked, and `why` says the reason.
struct VersionLink {
    VersionNumber number;
    Digest digest;
    std::shared_ptr<port::ModelRunner> runner;
    std::string why;
    std::shared_ptr<VersionHealth> health;
};

// One step towards an answer.
struct AnswerStep {
    LegRole role = LegRole::Production;
    FallbackKind kind = FallbackKind::Version;
    VersionLink version; // only for Version
};

struct ShadowLink {
    VersionLink version;
    int mirrorPercent = 0;
    std::shared_ptr<std::atomic<std::size_t>> waiting; // requests handed to it that it still owes
};

// What became of the calls of one generation. Thread-safe.
class GenerationTally {
public:
    explicit GenerationTally(GenerationNumber number) : m_number(number) {}

    void replied(const ExchangeId& exchange, WallTime time, const std::string& servedBy, bool probe);
    GenerationTraffic traffic() const; // olderInFlight is left at 0

    std::atomic<std::uint64_t> inFlight{0};

private:
    const GenerationNumber m_number;
    std::atomic<bool> m_hasReply{false};
    mutable Mutex m_mutex;
    GenerationTraffic m_first GUARDED_BY(m_mutex);
};

// The deployment in force with everything it needs, warm. Immutable: a change makes a new one.
struct InForce {
    Generation generation;
    std::vector<AnswerStep> steps; // in the order tried; none when DISABLED
    std::vector<ShadowLink> shadows;
    std::map<VersionNumber, AnswerStep> byNumber; // every version that may be asked for by number
    std::optional<port::ModelSchema> schema;      // what requests are checked against; absent when nothing is loaded
    std::shared_ptr<GenerationTally> tally;
};

// A call's hold on the deployment that was in force when it came; the call counts as in flight until it lets go.
class Pin {
public:
    Pin() = default;
    explicit Pin(std::shared_ptr<const InForce> inForce) : m_inForce(std::move(inForce)) {}
    ~Pin() { release(); }
    Pin(Pin&& other) noexcept = default;
    Pin& operator=(Pin&& other) noexcept;
    void release();

    explicit operator bool() const { return m_inForce != nullptr; }
    const InForce* operator->() const { return m_inForce.get(); }
    const InForce& operator*() const { return *m_inForce; }

private:
    std::shared_ptr<const InForce> m_inForce;
};

// One endpoint at run time. Thread-safe; lives as long as the directory.
class EndpointState {
public:
    EndpointState(EndpointSettings settings, const Clock& clock)
        : m_settings(std::make_shared<const EndpointSettings>(std::move(settings))), m_meter(clock) {}

    const EndpointSettings& settings() const { return *m_settings; }
    std::shared_ptr<const DecisionRule> decision() const { return {m_settings, &m_settings->decision}; }
    TrafficMeter& meter() { return m_meter; }
    const TrafficMeter& meter() const { return m_meter; }

    // Takes hold of the deployment in force. Empty before the first deploy().
    Pin enter();
    std::shared_ptr<const InForce> inForce() const;
    // Moves the pointer. Every enter() from now on gets the new one.
    void deploy(std::shared_ptr<const InForce> next);
    GenerationTraffic traffic() const;

private:
    const std::shared_ptr<const EndpointSettings> m_settings; // shadows still judge by it when the endpoint has gone
    TrafficMeter m_meter;

    // A lock and not an atomic pointer: taking hold and being counted must be one step, or a call could slip in
    // between the last look at an old generation and its end.
    mutable Mutex m_mutex;
    std::shared_ptr<const InForce> m_inForce GUARDED_BY(m_mutex);
    std::vector<std::shared_ptr<GenerationTally>> m_older GUARDED_BY(m_mutex); // those that still owe replies
};

} // namespace gnomon::serving
