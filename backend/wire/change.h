// SPDX-License-Identifier: GPL-3.0-or-later
// Changes, their plans and what became of them: gnomon/v1/deployment.proto <-> domain.
#pragma once

#include "backend/base/result.h"
#include "backend/domain/plan.h"

#include <chrono>

namespace gnomon::v1 {
class AnswerTrace;
class ChangeOutcome;
class ChangeRequest;
class EffectProof;
class ExecutePlanRequest;
class PlanPreview;
class WatchEffectRequest;
class WhatAnsweredRequest;
} // namespace gnomon::v1

namespace gnomon::wire {

v1::ChangeRequest toProto(const ChangeRequest& in);
Result<ChangeRequest> fromProto(const v1::ChangeRequest& in);

v1::PlanPreview toProto(const PlanPreview& in);
Result<PlanPreview> fromProto(const v1::PlanPreview& in);

v1::ExecutePlanRequest toProto(const ExecuteRequest& in);
Result<ExecuteRequest> fromProto(const v1::ExecutePlanRequest& in);

v1::ChangeOutcome toProto(const ChangeOutcome& in);
Result<ChangeOutcome> fromProto(const v1::ChangeOutcome& in);

// What a WatchEffectRequest asks for.
struct EffectQuery {
    EndpointName endpoint;
    GenerationNumber generation;
    std::chrono::milliseconds wait{0};

    bool operator==(const EffectQuery&) const = default;
};
v1::WatchEffectRequest toProto(const EffectQuery& in);
Result<EffectQuery> fromProto(const v1::WatchEffectRequest& in);

v1::EffectProof toProto(const EffectProof& in);
Result<EffectProof> fromProto(const v1::EffectProof& in);

// What a WhatAnsweredRequest asks for: the request id when it is not empty, else the time.
struct AnswerQuery {
    EndpointName endpoint;
    std::string requestId;
    std::optional<WallTime> time;

    bool operator==(const AnswerQuery&) const = default;
};
v1::WhatAnsweredRequest toProto(const AnswerQuery& in);
Result<AnswerQuery> fromProto(const v1::WhatAnsweredRequest& in);

v1::AnswerTrace toProto(const AnswerTrace& in);
Result<AnswerTrace> fromProto(const v1::AnswerTrace& in);

} // namespace gnomon::wire
