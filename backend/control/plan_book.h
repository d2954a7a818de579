// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/control/change_rules.h"
#include "backend/domain/plan.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gnomon::control {

// A plan that can be executed.
struct KeptPlan {
    Plan plan;
    PlanDigest digest;
    Direction direction = Direction::Safe;
    std::optional<GenerationNumber> restores;
    std::optional<VersionNumber> version; // that it is about
};

// The plans that were previewed lately, and the answers given to request ids. Bounded: the oldest go first.
// Thread-safe.
class PlanBook {
public:
    PlanBook(std::size_t planLimit, std::size_t answerLimit) : m_planLimit(planLimit), m_answerLimit(answerLimit) {}

    void keep(KeptPlan plan);
    std::optional<KeptPlan> find(const PlanDigest& digest) const;
    // What the plans for the endpoint that have not run out come to.
    std::vector<Deployment> kept(const EndpointName& endpoint, WallTime now) const;
    // When the next plan runs out; absent when none will.
    std::optional<WallTime> nextExpiry(WallTime now) const;

    // Instead of what was remembered for that id before.
    void remember(const RequestId& id, const ChangeOutcome& outcome);
    std::optional<ChangeOutcome> answerTo(const RequestId& id) const;

private:
    const std::size_t m_planLimit;
    const std::size_t m_answerLimit;
    mutable Mutex m_mutex;
    std::deque<KeptPlan> m_plans GUARDED_BY(m_mutex);
    std::deque<std::pair<RequestId, ChangeOutcome>> m_answers GUARDED_BY(m_mutex);
};

} // namespace gnomon::control
