// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/identity.h"
#include "backend/domain/plan.h"

#include <chrono>
#include <vector>

namespace gnomon::control {

// design.md section 3: the one place where anything changes, for people, scripts, policies and recovery alike.
// Thread-safe. Calls block (audit commits, model loading) and so run on the control executor, never on a poller.
class ChangeService {
public:
    virtual ~ChangeService() = default;

    // Computes what would be done, warms what it needs, and replays recorded exchanges on it. Changes nothing; what was
    // warmed is let go again when the plan has run out.
    // FailedPrecondition when the request makes no sense now (already in fallback, no shadow to stop, ...).
    virtual Result<PlanPreview> plan(const ChangeRequest& request, const Principal& requester) = 0;

    // Does exactly what was planned. FailedPrecondition when a generation moved since, the plan expired or a reason is
    // missing; NotFound when this node does not know the plan; Unavailable when the intent cannot be made durable.
    // Either way nothing has changed. Only where Unavailable says that nobody can tell whether the change was stored,
    // or that it is stored but not in force yet, may it come in force later: when that can be told, when it is asked
    // for again, at the latest with the next start. The same request id again returns the first answer.
    virtual Result<ChangeOutcome> execute(const ExecuteRequest& request, const Principal& requester) = 0;

    // The proof of effect of a generation; blocks until it is complete or wait is over (DeadlineExceeded).
    virtual Result<EffectProof> awaitEffect(const EndpointName& endpoint, GenerationNumber generation,
                                            std::chrono::milliseconds wait) = 0;

    // Gives each intent without an outcome exactly one, and puts the stored state in force. Call once, before serving.
    virtual Status recover() = 0;
};

} // namespace gnomon::control
