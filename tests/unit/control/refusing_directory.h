// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/endpoint_directory.h"

#include <atomic>
#include <map>
#include <memory>
#include <vector>

namespace gnomon::test {

// Another directory, which can be told not to move its deployments. Thread-safe.
class RefusingDirectory final : public serving::EndpointDirectory {
public:
    explicit RefusingDirectory(serving::EndpointDirectory& inner) : m_inner(inner) {} // must outlive it

    void setRefusing(bool refusing) { m_refusing = refusing; }

    Status deploy(const Generation& generation) override {
        return m_refusing ? Status(Error{ErrorCode::FailedPrecondition, "the fake does not move"})
                          : m_inner.deploy(generation);
    }

    std::vector<EndpointName> names() const override { return m_inner.names(); }
    Result<EndpointSnapshot> snapshot(const EndpointName& endpoint) const override {
        return m_inner.snapshot(endpoint);
    }
    Result<EndpointSettings> settings(const EndpointName& endpoint) const override {
        return m_inner.settings(endpoint);
    }
    Result<Generation> inForce(const EndpointName& endpoint) const override { return m_inner.inForce(endpoint); }
    Result<std::vector<Version>> versions(const EndpointName& endpoint) const override {
        return m_inner.versions(endpoint);
    }
    Result<std::map<VersionNumber, serving::VersionCounters>> counters(const EndpointName& endpoint) const override {
        return m_inner.counters(endpoint);
    }
    Result<serving::EndpointMeasures> measures(const EndpointName& endpoint) const override {
        return m_inner.measures(endpoint);
    }
    Result<std::shared_ptr<port::ModelRunner>> warmRunner(const EndpointName& endpoint,
                                                          VersionNumber version) override {
        return m_inner.warmRunner(endpoint, version);
    }
    Status prepare(const EndpointName& endpoint, const Deployment& deployment) override {
        return m_inner.prepare(endpoint, deployment);
    }
    void keepWarm(const EndpointName& endpoint, const std::vector<Deployment>& planned) override {
        m_inner.keepWarm(endpoint, planned);
    }
    Result<serving::GenerationTraffic> traffic(const EndpointName& endpoint) const override {
        return m_inner.traffic(endpoint);
    }
    Result<Deployment> initial(const EndpointName& endpoint) const override { return m_inner.initial(endpoint); }
    Result<TensorSet> exampleInputs(const EndpointName& endpoint) const override {
        return m_inner.exampleInputs(endpoint);
    }
    void clearSkips(const EndpointName& endpoint) override { m_inner.clearSkips(endpoint); }

private:
    serving::EndpointDirectory& m_inner;
    std::atomic<bool> m_refusing{false};
};

} // namespace gnomon::test
