// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/authorizer.h"
#include "backend/port/exchange_store.h"
#include "backend/serving/endpoint_directory.h"
#include "backend/serving/pipeline.h"

#include <map>

namespace gnomon::faults {

inline Error notHere() {
    return {ErrorCode::Unimplemented, "not needed for the fault"};
}

// Endpoints without models: remembers what is in force, and nothing else. Thread-safe.
class MemoryDirectory final : public serving::EndpointDirectory {
public:
    Result<Generation> inForce(const EndpointName& endpoint) const override {
        const MutexLock lock(m_mutex);
        const auto found = m_inForce.find(endpoint);
        if (found == m_inForce.end()) {
            return Error{ErrorCode::NotFound, "nothing is in force"};
        }
        return found->second;
    }
    Status deploy(const Generation& generation) override {
        const MutexLock lock(m_mutex);
        m_inForce[generation.endpoint] = generation;
        return {};
    }
    std::vector<EndpointName> names() const override { return {}; }
    Result<EndpointSnapshot> snapshot(const EndpointName&) const override { return notHere(); }
    Result<EndpointSettings> settings(const EndpointName&) const override { return notHere(); }
    Result<std::vector<Version>> versions(const EndpointName&) const override { return notHere(); }
    Result<std::map<VersionNumber, serving::VersionCounters>> counters(const EndpointName&) const override {
        return notHere();
    }
    Result<serving::EndpointMeasures> measures(const EndpointName&) const override { return notHere(); }
    Result<std::shared_ptr<port::ModelRunner>> warmRunner(const EndpointName&, VersionNumber) override {
        return notHere();
    }
    Status prepare(const EndpointName&, const Deployment&) override { return {}; }
    Result<serving::GenerationTraffic> traffic(const EndpointName&) const override { return notHere(); }
    Result<Deployment> initial(const EndpointName&) const override { return notHere(); }
    Result<TensorSet> exampleInputs(const EndpointName&) const override { return notHere(); }
    void keepWarm(const EndpointName&, const std::vector<Deployment>&) override {}
    void clearSkips(const EndpointName&) override {}

private:
    mutable Mutex m_mutex;
    std::map<EndpointName, Generation> m_inForce GUARDED_BY(m_mutex);
};

// The parts of the change service that committing does not touch.
struct Unused final : serving::Pipeline, port::ExchangeStore, port::Authorizer {
    void infer(serving::InferenceCall, serving::ReplyCallback done) override { done(notHere()); }
    Result<ExchangePage> list(const ExchangeFilter&) override { return notHere(); }
    Result<port::RecordedExchange> get(const ExchangeId&) override { return notHere(); }
    Result<std::vector<port::RecordedExchange>> recent(const EndpointName&, std::size_t) override { return notHere(); }
    Result<Exchange> findByRequestId(const EndpointName&, const std::string&) override { return notHere(); }
    Result<Exchange> findByTime(const EndpointName&, WallTime) override { return notHere(); }
    Result<Principal> identify(const PeerIdentity&) const override { return notHere(); }
    Status authorize(const Principal&, Permission) const override { return notHere(); }
};

} // namespace gnomon::faults
