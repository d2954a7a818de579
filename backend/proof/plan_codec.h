// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/bytes.h"
#include "backend/base/result.h"
#include "backend/domain/plan.h"

namespace gnomon::proof {

// The canonical encoding of a plan: every field of it. InvalidArgument when a text is not UTF-8.
Result<Bytes> encodePlan(const Plan& plan);
// Corrupt for anything that encodePlan() does not produce.
Result<Plan> decodePlan(ByteView bytes);

// SHA-256("gnomon-change-v1" || 0x00 || encoding): what approvers sign and executing names.
Result<PlanDigest> planDigest(const Plan& plan);

} // namespace gnomon::proof
