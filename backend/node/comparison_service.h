// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/node/control_parts.h"

#include <gnomon/v1/comparison.grpc.pb.h>

#include <deque>
#include <string>
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
    // Records the wish, then does it once per request id.
    Result<Comparison> declare(const char* action, const std::string& endpoint, const std::string& reason,
                               const std::string& requestId, const Principal& who);

    Status resolveExperiment(ExchangeFilter& filter) const;

    const ControlParts& m_parts;
    Mutex m_mutex; // held over a whole declaration: two with one request id must not both be done
    std::deque<std::pair<std::string, Comparison>> m_declared GUARDED_BY(m_mutex); // by request id, newest last
};

} // namespace gnomon::node
