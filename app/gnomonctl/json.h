// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/audit.h"
#include "backend/domain/comparison.h"
#include "backend/domain/exchange.h"
#include "backend/domain/node.h"
#include "backend/domain/plan.h"

#include <nlohmann/json.hpp>

namespace gnomon::ctl {

// The stable JSON of --json. Times are RFC 3339 in UTC, digests hexadecimal, absent values left out.
nlohmann::json toJson(const NodeInfo& node);
nlohmann::json toJson(const EndpointSnapshot& endpoint);
nlohmann::json toJson(const Generation& generation);
nlohmann::json toJson(const Deployment& deployment);
nlohmann::json toJson(const PlanPreview& preview);
nlohmann::json toJson(const ChangeOutcome& outcome);
nlohmann::json toJson(const EffectProof& proof);
nlohmann::json toJson(const Comparison& comparison);
nlohmann::json toJson(const Exchange& exchange);
nlohmann::json toJson(const StoredRecord& record);
nlohmann::json toJson(const Error& error);

} // namespace gnomon::ctl
