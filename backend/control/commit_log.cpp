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
    if (!commit.traceParent.empty()) {
        payload.facts.emplace_back("traceparent", commit.traceParent);
    }
    return payload;
}

} // namespace

Result<ChangeOutcome> CommitLog::commit(Commit commit) {
    const MutexLock lock(m_mutex);
    GNOMON_TRY(settleNow());
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
    if (stored) {
        GNOMON_TRY(deploy(next)); // without an outcome: neither applied nor not is true yet
    }
    const std::string problem = stored ? "" : "the state cannot be written";
    const Result<Seq> recorded = writeOutcome(intent, stored, problem);
    m_unsettled = !recorded.ok();
    if (!recorded.ok()) {
        logEvent(LogLevel::Error, "outcome_not_recorded",
                 {{"endpoint", next.endpoint.value}, {"error", recorded.error().message}});
    }
    if (!stored) {
        return Error{ErrorCode::Unavailable, "nothing was changed: " + problem, "see to the state file's disk"};
    }
    ChangeOutcome outcome{commit.change, next, committed->seq, {}};
    if (recorded.ok()) {
        outcome.outcome = *recorded;
    }
    m_applied(commit.requestId, outcome);
    return outcome;
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
    if (!m_unsettled) {
        return {};
    }
    if (const Status settled = settleOpen(); !settled.ok()) {
        // "more", for the earlier one may be this very change, asked for again.
        const std::string& remedy = settled.error().remedy;
        return Error{ErrorCode::Unavailable,
                     "nothing more was changed: an earlier change cannot be settled: " + settled.error().message,
                     remedy.empty() ? "see to the disk of the audit trail and the state, then try again" : remedy};
    }
    m_unsettled = false;
    return {};
}

Status CommitLog::settleOpen() {
    GNOMON_ASSIGN(const std::vector<StoredRecord> open, m_parts.reader.openIntents());
    for (const StoredRecord& stored : open) {
        const AuditRecord& intent = stored.record;
        GNOMON_ASSIGN(const std::optional<Generation> made, m_parts.state.madeBy(intent.seq));
        const bool serves = made && m_parts.directory.inForce(made->endpoint).ok(); // not while the node starts
        if (serves) {
            GNOMON_TRY(putInForce(*made));
        }
        const std::string reason = made ? "" : "the node stopped, or could not write its state, before it was stored";
        GNOMON_ASSIGN(const Seq outcome, writeOutcome(intent, made.has_value(), reason));
        logEvent(LogLevel::Info, "intent_settled",
                 {{"intent", std::to_string(intent.seq.value)}, {"applied", made ? "yes" : "no"}});
        if (serves) {
            m_applied(RequestId(intent.requestId), {PlanDigest(intent.change), *made, intent.seq, outcome});
        }
    }
    return {};
}

// What was stored goes in force even where a version cannot be warmed: calls then go down its chain, as at a start.
Status CommitLog::putInForce(const Generation& made) {
    GNOMON_ASSIGN(const Generation inForce, m_parts.directory.inForce(made.endpoint));
    if (!(inForce.number < made.number)) {
        return {};
    }
    if (const Status prepared = m_parts.directory.prepare(made.endpoint, made.deployment); !prepared.ok()) {
        logEvent(LogLevel::Error, "deployed_incomplete",
                 {{"endpoint", made.endpoint.value}, {"reason", prepared.error().message}});
    }
    return deploy(made);
}

// What is stored stays so. Its intent stays open until settle() has put it in force, or a start has.
Status CommitLog::deploy(const Generation& made) {
    const Status deployed = m_parts.directory.deploy(made);
    if (deployed.ok()) {
        return {};
    }
    const std::string generation = std::to_string(made.number.value);
    logEvent(LogLevel::Error, "stored_but_not_in_force",
             {{"endpoint", made.endpoint.value}, {"generation", generation}, {"error", deployed.error().message}});
    return Error{ErrorCode::Unavailable,
                 "generation " + generation + " of endpoint '" + made.endpoint.value +
                     "' is stored, but not in force yet: " + deployed.error().message,
                 "ask again with the same request id; the next change on this node tries too, and a restart does it"};
}

} // namespace gnomon::control
