// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/steps/call.h"

namespace gnomon::serving {

// Who may come in: a caller with the permission, to an endpoint and version that are served here, while there is time.
// Takes hold of the deployment in force and works out when the answer is due. Errors as in Pipeline::infer.
Result<Admitted> admit(const PipelineCore& core, InferenceCall call);

// Empty unless a person disabled the endpoint; then what callers are told.
std::optional<Error> disabled(const Generation& generation);

} // namespace gnomon::serving
