// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/node/control_parts.h"

#include <gnomon/v1/deployment.grpc.pb.h>

namespace gnomon::node {

// gnomon.v1.DeploymentService over the change service and the endpoint directory. Thread-safe.
class DeploymentService final : public v1::DeploymentService::CallbackService {
public:
    explicit DeploymentService(const ControlParts& parts) : m_parts(parts) {}

    using Context = grpc::CallbackServerContext;
    using Reactor = grpc::ServerUnaryReactor;

    Reactor* ListEndpoints(Context*, const v1::ListEndpointsRequest*, v1::ListEndpointsResponse*) override;
    Reactor* GetEndpoint(Context*, const v1::GetEndpointRequest*, v1::GetEndpointResponse*) override;
    Reactor* ListGenerations(Context*, const v1::ListGenerationsRequest*, v1::ListGenerationsResponse*) override;
    Reactor* PlanChange(Context*, const v1::PlanChangeRequest*, v1::PlanChangeResponse*) override;
    Reactor* ExecutePlan(Context*, const v1::ExecutePlanRequest*, v1::ExecutePlanResponse*) override;
    Reactor* WatchEffect(Context*, const v1::WatchEffectRequest*, v1::WatchEffectResponse*) override;
    Reactor* WhatAnswered(Context*, const v1::WhatAnsweredRequest*, v1::WhatAnsweredResponse*) override;

private:
    const ControlParts& m_parts;
};

} // namespace gnomon::node
