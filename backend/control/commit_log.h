// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/control/make_change_service.h"
#include "backend/domain/plan.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

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
    std::string traceParent{}; // W3C; empty: none
};

// Makes changes durable: intent, which is the commit point, then state, then the deployment moves, then the outcome.
// One change at a time; each takes milliseconds, for everything is warm. Thread-safe. Blocks.
class CommitLog {
public:
    // A change is in force; called before anybody is answered, and again when an outcome that was owed is recorded.
    // Must not call back.
    using Applied = std::function<void(const RequestId&, const ChangeOutcome&)>;

    // parts must outlive it.
    CommitLog(
        const ChangeServiceParts& parts, Digest policy, Applied applied = [](const auto&, const auto&) {})
        : m_parts(parts), m_policy(policy), m_applied(std::move(applied)) {}

    // Unavailable when the intent cannot be made durable: nothing has changed. Unavailable also when the state can be
    // neither written nor read: nothing has changed yet, and settle() finds out later. Unavailable, too, when it is
    // stored but the deployment does not move: settle() or a start puts it in force. In force but without an outcome
    // record when that alone could not be written: settle() writes it.
    Result<ChangeOutcome> commit(Commit commit);
    // Gives each intent without an outcome exactly one: applied where its generation was stored, not applied otherwise.
    // What was stored is put in force where the endpoint serves already. Nothing to do after commits that went well.
    Status settle();

private:
    Status settleNow() REQUIRES(m_mutex);
    Status settleOpen() REQUIRES(m_mutex);
    Status putInForce(const Generation& made) REQUIRES(m_mutex);
    Status deploy(const Generation& made) REQUIRES(m_mutex);
    Result<Seq> writeOutcome(const AuditRecord& intent, bool applied, const std::string& reason) REQUIRES(m_mutex);
    Result<bool> store(const Generation& next) REQUIRES(m_mutex);

    const ChangeServiceParts& m_parts;
    const Digest m_policy;
    const Applied m_applied;
    Mutex m_mutex;
    bool m_unsettled GUARDED_BY(m_mutex) = true; // an intent may be without its outcome; of an earlier life at first
};

} // namespace gnomon::control
