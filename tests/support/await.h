// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"
#include "backend/client/blocking.h"

namespace gnomon::test {

using client::await;

// Plans and executes a change; then waits until it is proven to have taken effect.
inline Result<EffectProof> change(port::NodeGateway& gateway, const ChangeRequest& request) {
    GNOMON_ASSIGN(const PlanPreview preview,
                  await<PlanPreview>([&](auto done) { gateway.planChange(request, {}, std::move(done)); }));
    const RequestId id(SystemRandom().id());
    GNOMON_ASSIGN(const ChangeOutcome outcome, await<ChangeOutcome>([&](auto done) {
                      gateway.executePlan({preview.digest, id, request.reason}, {}, std::move(done));
                  }));
    return await<EffectProof>([&](auto done) {
        gateway.watchEffect(outcome.generation.endpoint, outcome.generation.number, std::chrono::seconds(20), {},
                            std::move(done));
    });
}

inline ChangeRequest changeRequest(ChangeKind kind, const std::string& endpoint) {
    ChangeRequest request;
    request.kind = kind;
    request.endpoint = EndpointName(endpoint);
    request.reason = "test";
    request.skipDryRun = true;
    return request;
}

} // namespace gnomon::test
