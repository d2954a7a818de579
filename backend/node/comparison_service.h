// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/node/control_parts.h"

#include <gnomon/v1/comparison.grpc.pb.h>

#include <deque>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace gnomon::node {

// gnomon.v1.ComparisonService over the comparison monitor and the exchange store. Thread-safe.
class ComparisonService final : public v1::ComparisonService::CallbackService {
public:
    explicit ComparisonService(const ControlParts& parts) : m_parts(parts) {}

    using Context = grpc::CallbackServerContext;
    using Reactor = grpc::ServerUnaryReactor;

    Reactor* GetComparison(Context*, const v1::GetComparisonRequest*, v1::GetComparisonResponse*) override;
    Reactor* ListExchanges(Context*, const v1::ListExchangesRequest*, v1::ListExchangesResponse*) override;
    Reactor* GetExchange(Context*, const v1::GetExchangeRequest*, v1::GetExchangeResponse*) override;
    Reactor* StartExperiment(Context*, const v1::StartExperimentRequest*, v1::StartExperimentResponse*) override;
    Reactor* StopExperiment(Context*, const v1::StopExperimentRequest*, v1::StopExperimentResponse*) override;

private:
    // What one person asked for, once: a request id says nothing about what others ask, or about something else.
    using Wish = std::tuple<std::string, std::string, EndpointName, std::string>; // identity, action, endpoint, id

    // Records the wish, does it once, and records what became of it.
    Result<Comparison> declare(const char* action, const std::string& endpoint, const std::string& reason,
                               const std::string& requestId, const Principal& who);
    Result<Comparison> carryOut(const char* action, const EndpointName& name, const std::string& reason,
                                const std::string& requestId, const Principal& who);

    Status resolveExperiment(ExchangeFilter& filter) const;

    const ControlParts& m_parts;
    Mutex m_mutex;
    std::set<Wish> m_underWay GUARDED_BY(m_mutex);                          // the same wish twice must not both be done
    std::deque<std::pair<Wish, Comparison>> m_declared GUARDED_BY(m_mutex); // newest last
};

} // namespace gnomon::node
