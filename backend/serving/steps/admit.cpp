// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/admit.h"
#include "backend/serving/policy/time_share.h"

#include <utility>

namespace gnomon::serving {

namespace {

Status checkVersion(const InForce& inForce, VersionNumber version) {
    const Deployment& deployment = inForce.generation.deployment;
    const auto found = inForce.byNumber.find(version);
    const std::string name =
        "version " + std::to_string(version.value) + " of endpoint '" + inForce.generation.endpoint.value + "'";
    if (found == inForce.byNumber.end()) {
        return Error{ErrorCode::NotFound, name + " is not deployed here",
                     "ask without a version, or for one that the deployment names"};
    }
    if (deployment.mode == Mode::Fallback && version == deployment.production) { // whoever fell back meant everybody
        return Error{ErrorCode::Unavailable,
                     name + " is out of service: the endpoint is in FALLBACK since " +
                         toRfc3339(inForce.generation.time),
                     "ask without a version, then the fallback chain answers"};
    }
    if (!found->second.version.runner) {
        return Error{ErrorCode::Unavailable, name + " is not ready: " + found->second.version.why};
    }
    return {};
}

} // namespace

Result<Admitted> admit(const PipelineCore& core, InferenceCall call) {
    if (core.parts.authorizer != nullptr && !call.probe) {
        GNOMON_TRY(core.parts.authorizer->authorize(call.caller, Permission::Infer));
    }
    Admitted admitted;
    admitted.arrived = core.parts.clock.monoNow();
    if (call.deadline && *call.deadline <= admitted.arrived) {
        return Error{ErrorCode::DeadlineExceeded, "the caller's deadline had passed when the call arrived"};
    }
    admitted.endpoint = core.parts.directory.find(call.endpoint);
    if (admitted.endpoint == nullptr) {
        return Error{ErrorCode::NotFound, "endpoint '" + printable(call.endpoint.value, 80) + "' is not served here"};
    }
    admitted.pin = admitted.endpoint->enter();
    if (!admitted.pin) {
        return Error{ErrorCode::Unavailable, "endpoint '" + call.endpoint.value + "' has no deployment in force yet"};
    }
    if (call.version) {
        GNOMON_TRY(checkVersion(*admitted.pin, *call.version));
    }
    admitted.answerBy =
        answerBy(admitted.arrived, admitted.endpoint->settings().budget, call.deadline, core.options.safety);
    admitted.call = std::move(call);
    return admitted;
}

std::optional<Error> disabled(const Generation& generation) {
    if (generation.deployment.mode != Mode::Disabled) {
        return std::nullopt;
    }
    return Error{ErrorCode::Unavailable,
                 "endpoint '" + generation.endpoint.value + "' is disabled by " +
                     (generation.actor.person.empty() ? "nobody known" : printable(generation.actor.person)) +
                     " since " + toRfc3339(generation.time),
                 "somebody who may operate the endpoint can enable it"};
}

} // namespace gnomon::serving
