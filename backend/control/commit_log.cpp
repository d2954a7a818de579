// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/commit_log.h"
#include "backend/base/log.h"
#include "backend/control/change_rules.h"
#include "backend/proof/deployment_codec.h"

#include <utility>

namespace gnomon::control {

namespace {

AuditRecord intentOf(const Commit& commit, const Digest& policy) {
    const Generation& next = commit.next;
    AuditRecord record;
    record.kind = RecordKind::Intent;
    record.actor = next.actor;
    record.sourceAddress = commit.sourceAddress;
    record.sourceClient = commit.sourceClient;
    record.action = changeKindName(next.kind);
    record.permission = commit.permission;
    record.object = "endpoint/" + next.endpoint.value;
    record.before = commit.before ? proof::deploymentDigest(commit.before->deployment) : Digest{};
    record.after = proof::deploymentDigest(next.deployment);
    record.change = commit.change.value;
    record.requestId = commit.requestId.value;
    record.result = "allowed";
    record.code = "OK";
    record.reason = next.reason;
    record.policy = policy;
    return record;
}

AuditPayload payloadOf(const Commit& commit) {
    AuditPayload payload;
    const Generation& next = commit.next;
    if (commit.before) {
        payload.changes = fieldChanges(commit.before->deployment, next.deployment);
        payload.facts.emplace_back("base", std::to_string(commit.before->number.value));
    } else {
        payload.changes = {{"deployment", "", describe(next.deployment)}};
    }
    payload.facts.emplace_back("generation", std::to_string(next.number.value));
    if (next.restores) {
        payload.facts.emplace_back("restores", std::to_string(next.restores->value));
    }
    return payload;
}

} // namespace

Result<ChangeOutcome> CommitLog::commit(Commit commit) {
    const MutexLock lock(m_mutex);
    if (m_unsettled) {
        if (const Status settled = settleNow(); !settled.ok()) {
            return Error{ErrorCode::Unavailable,
                         "nothing was changed: what became of an earlier change cannot be recorded: " +
                             settled.error().message,
                         "see to the disk of the audit trail and the state, then try again"};
        }
    }
    AuditRecord intent = intentOf(commit, m_policy);
    m_unsettled = true;
    const Result<port::Appended> committed = m_parts.audit.append(intent, payloadOf(commit));
    if (!committed.ok()) {
        return Error{ErrorCode::Unavailable,
                     "nothing was changed: the intent cannot be written to the audit trail: " +
                         committed.error().message,
                     "see to the audit trail's disk, then try again"};
    }
    intent.seq = committed->seq;
    Generation& next = commit.next;
    next.intent = committed->seq;
    next.time = committed->time;
    GNOMON_ASSIGN(const bool stored, store(next));
    Status deployed;
    if (stored) {
        deployed = m_parts.directory.deploy(next);
    }
    const std::string problem = stored ? "" : "the state cannot be written";
    const Result<Seq> outcome = writeOutcome(intent, stored, problem);
    if (!stored) {
        return Error{ErrorCode::Unavailable, "nothing was changed: " + problem, "see to the state file's disk"};
    }
    GNOMON_TRY(deployed);
    if (!outcome.ok()) {
        return Error{ErrorCode::Unavailable,
                     "generation " + std::to_string(next.number.value) + " of endpoint '" + next.endpoint.value +
                         "' is in force, but its outcome is not recorded yet: " + outcome.error().message,
                     "see to the audit trail's disk; the outcome is recorded when it can be written again"};
    }
    m_unsettled = false;
    return ChangeOutcome{commit.change, next, committed->seq, *outcome};
}

// Whether the generation is in the state. An error means that nobody can tell now; the next settle() will.
Result<bool> CommitLog::store(const Generation& next) {
    const Status status = m_parts.state.append(next);
    if (status.ok()) {
        return true;
    }
    const auto made = m_parts.state.madeBy(*next.intent);
    if (!made.ok()) {
        return Error{ErrorCode::Unavailable,
                     "whether the change was stored is unknown until the state can be read again: " +
                         made.error().message};
    }
    logEvent(LogLevel::Error, "state_not_written",
             {{"endpoint", next.endpoint.value}, {"error", status.error().message}});
    return made->has_value();
}

Result<Seq> CommitLog::writeOutcome(const AuditRecord& intent, bool applied, const std::string& reason) {
    AuditRecord record;
    record.kind = RecordKind::Outcome;
    record.actor = intent.actor;
    record.sourceAddress = intent.sourceAddress;
    record.sourceClient = intent.sourceClient;
    record.action = intent.action;
    record.permission = intent.permission;
    record.object = intent.object;
    record.before = intent.before;
    record.after = intent.after;
    record.change = intent.change;
    record.requestId = intent.requestId;
    record.ref = intent.seq;
    record.result = applied ? "ok" : "failed";
    record.code = applied ? "OK" : codeName(ErrorCode::Unavailable);
    record.reason = reason.empty() ? "applied" : "not applied: " + reason;
    record.policy = m_policy;
    GNOMON_ASSIGN(const port::Appended appended, m_parts.audit.append(std::move(record)));
    return appended.seq;
}

Status CommitLog::settle() {
    const MutexLock lock(m_mutex);
    return settleNow();
}

Status CommitLog::settleNow() {
    GNOMON_ASSIGN(const std::vector<StoredRecord> open, m_parts.reader.openIntents());
    for (const StoredRecord& stored : open) {
        GNOMON_ASSIGN(const std::optional<Generation> made, m_parts.state.madeBy(stored.record.seq));
        const std::string reason = made ? "" : "the node stopped, or could not write its state, before it was stored";
        GNOMON_TRY(writeOutcome(stored.record, made.has_value(), reason));
        logEvent(LogLevel::Info, "intent_settled",
                 {{"intent", std::to_string(stored.record.seq.value)}, {"applied", made ? "yes" : "no"}});
        if (!made) {
            continue;
        }
        const Result<Generation> inForce = m_parts.directory.inForce(made->endpoint);
        if (inForce.ok() && inForce->number < made->number) {
            GNOMON_TRY(m_parts.directory.deploy(*made));
        }
    }
    m_unsettled = false;
    return {};
}

} // namespace gnomon::control
