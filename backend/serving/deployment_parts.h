// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/endpoint_state.h"
#include "backend/serving/version_slot.h"

#include <map>
#include <memory>
#include <vector>

namespace gnomon::serving {

using Slots = std::map<VersionNumber, std::unique_ptr<VersionSlot>>;

// A production version, a chain that ends in its only Constant or Refuse, a constant where one is named, no shadow
// twice or equal to production. FailedPrecondition says what is wrong. Pure.
Status checkShape(const EndpointSettings& settings, const Deployment& deployment);

// Warms everything that the deployment names, as far as it can; the first failure is returned. What it newly asks of a
// version must succeed; a version that could not be warmed for the part that it already has does not stand in the way,
// so that going to safety never fails over what is broken anyway. before: in force; absent at the start.
Status warmAll(Slots& slots, const Deployment& deployment, const Deployment* before);

// The deployment with the runners that are warm.
std::shared_ptr<const InForce> assemble(const Generation& generation, const Slots& slots);

void keepOnlyNamed(Slots& slots, const std::vector<Deployment>& deployments);

// Inputs of a golden case of the version, else zeros in the shape of its schema. FailedPrecondition without either.
Result<TensorSet> exampleFor(const Slots& slots, VersionNumber version);

} // namespace gnomon::serving
