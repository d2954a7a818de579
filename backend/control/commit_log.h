// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/control/make_change_service.h"
#include "backend/domain/plan.h"

#include <optional>
#include <string>

namespace gnomon::control {

// One change that is about to be made.
struct Commit {
    Generation next; // intent and time are set by the commit
    std::optional<Generation> before;
    PlanDigest change; // zero for what the node does at its first start
    RequestId requestId;
    std::string permission;
    std::string sourceAddress;
    std::string sourceClient;
};

// Makes changes durable: intent, which is the commit point, then state, then the deployment moves, then the outcome.
// One change at a time; each takes milliseconds, for everything is warm. Thread-safe. Blocks.
class CommitLog {
public:
    // parts must outlive it.
    CommitLog(const ChangeServiceParts& parts, Digest policy) : m_parts(parts), m_policy(policy) {}

    // Unavailable without any effect when the intent cannot be made durable. An error after that says what is in force.
    Result<ChangeOutcome> commit(Commit commit);
    // Gives each intent without an outcome exactly one: applied where its generation was stored, not applied otherwise.
    Status settle();

private:
    Status settleNow() REQUIRES(m_mutex);
    Result<Seq> writeOutcome(const AuditRecord& intent, bool applied, const std::string& reason) REQUIRES(m_mutex);
    Result<bool> store(const Generation& next) REQUIRES(m_mutex);

    const ChangeServiceParts& m_parts;
    const Digest m_policy;
    Mutex m_mutex;
    bool m_unsettled GUARDED_BY(m_mutex) = false; // an intent may be without its outcome
};

} // namespace gnomon::control
