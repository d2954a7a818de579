// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/plan_book.h"

#include <algorithm>

namespace gnomon::control {

void PlanBook::keep(KeptPlan plan) {
    const MutexLock lock(m_mutex);
    m_plans.push_front(std::move(plan));
    if (m_plans.size() > m_planLimit) {
        m_plans.pop_back();
    }
}

std::optional<KeptPlan> PlanBook::find(const PlanDigest& digest) const {
    const MutexLock lock(m_mutex);
    const auto found =
        std::find_if(m_plans.begin(), m_plans.end(), [&digest](const KeptPlan& kept) { return kept.digest == digest; });
    return found == m_plans.end() ? std::nullopt : std::optional(*found);
}

std::vector<Deployment> PlanBook::kept(const EndpointName& endpoint, WallTime now) const {
    const MutexLock lock(m_mutex);
    std::vector<Deployment> results;
    for (const KeptPlan& kept : m_plans) {
        for (const PlanTarget& target : kept.plan.targets) {
            if (target.endpoint == endpoint && now <= kept.plan.applyBy) {
                results.push_back(target.result);
            }
        }
    }
    return results;
}

std::optional<WallTime> PlanBook::nextExpiry(WallTime now) const {
    const MutexLock lock(m_mutex);
    std::optional<WallTime> next;
    for (const KeptPlan& kept : m_plans) {
        if (now <= kept.plan.applyBy) {
            next = std::min(next.value_or(kept.plan.applyBy), kept.plan.applyBy);
        }
    }
    return next;
}

void PlanBook::remember(const RequestId& id, const ChangeOutcome& outcome) {
    const MutexLock lock(m_mutex);
    std::erase_if(m_answers, [&id](const auto& answer) { return answer.first == id; });
    m_answers.emplace_front(id, outcome);
    if (m_answers.size() > m_answerLimit) {
        m_answers.pop_back();
    }
}

std::optional<ChangeOutcome> PlanBook::answerTo(const RequestId& id) const {
    const MutexLock lock(m_mutex);
    const auto found =
        std::find_if(m_answers.begin(), m_answers.end(), [&id](const auto& answer) { return answer.first == id; });
    return found == m_answers.end() ? std::nullopt : std::optional(found->second);
}

} // namespace gnomon::control
