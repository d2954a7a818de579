// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/control/commit_log.h"
#include "backend/control/effect_tracker.h"
#include "backend/control/make_change_service.h"
#include "backend/control/plan_book.h"
#include "backend/control/plan_keeper.h"

#include <map>
#include <memory>

namespace gnomon::control {

class ChangeServiceImpl final : public ChangeService {
public:
    ChangeServiceImpl(ChangeServiceOptions options, ChangeServiceParts parts);

    Result<PlanPreview> plan(const ChangeRequest& request, const Principal& requester) override;
    Result<ChangeOutcome> execute(const ExecuteRequest& request, const Principal& requester) override;
    Result<EffectProof> awaitEffect(const EndpointName& endpoint, GenerationNumber generation,
                                    std::chrono::milliseconds wait) override;
    Status recover() override;

private:
    Result<Plan> makePlan(const ChangeRequest& request, const Principal& requester, const Generation& current,
                          const Deployment& result);
    Result<std::vector<std::pair<VersionNumber, Digest>>> digestsOf(const EndpointName& endpoint,
                                                                    const Deployment& deployment) const;
    Result<std::optional<ChangeOutcome>> earlierAnswer(const ExecuteRequest& request) const;
    Status checkAllowed(const KeptPlan& kept, const ExecuteRequest& request, const Principal& requester);
    Status checkStillTrue(const KeptPlan& kept, const Generation& current) const;
    Result<ChangeOutcome> executeLocked(const KeptPlan& kept, const ExecuteRequest& request,
                                        const Principal& requester);
    // Whatever is in force is remembered and proven, whether or not its outcome could be recorded.
    void applied(const RequestId& request, const ChangeOutcome& outcome);
    void recordDenial(const KeptPlan& kept, const ExecuteRequest& request, const Principal& requester,
                      const Error& error);
    Status startEndpoint(const EndpointName& endpoint, const Generation* stored);
    // changed: what people and policies put in force.
    Status recall(std::vector<Generation> changed);
    Result<std::optional<std::pair<RequestId, ChangeOutcome>>> answerOf(const AuditRecord& record);
    void watchOpen(std::vector<Generation>& changed, const AuditRecord& record);
    Mutex& lockOf(const EndpointName& endpoint);

    const ChangeServiceOptions m_options;
    const ChangeServiceParts m_parts;
    PlanBook m_book;
    CommitLog m_commits;
    EffectTracker m_effects;
    Mutex m_mutex;
    // One change of an endpoint at a time; made on demand, kept for ever: endpoints are few.
    std::map<EndpointName, std::unique_ptr<Mutex>> m_locks GUARDED_BY(m_mutex);
    PlanKeeper m_keeper; // last: its thread uses the rest
};

} // namespace gnomon::control
