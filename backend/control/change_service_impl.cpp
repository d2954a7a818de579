// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/change_service_impl.h"
#include "backend/base/log.h"
#include "backend/control/change_rules.h"
#include "backend/control/dry_run.h"
#include "backend/proof/plan_codec.h"

#include <algorithm>
#include <utility>

namespace gnomon::control {

namespace {

constexpr std::size_t kLongestReason = 1000;
constexpr std::size_t kLongestRequestId = 128;
// Records that are looked through at the start for requests that were answered and effects that were recorded.
constexpr std::size_t kRecallPage = 1000;
constexpr std::size_t kRecallPages = 20;

// "generation 8 is in force: ada made it a fallback 4 s ago": why a plan that was made before is stale.
std::string describeNewer(const Generation& inForce, WallTime now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - inForce.time).count();
    return "generation " + std::to_string(inForce.number.value) + " is in force: " + printable(inForce.actor.person) +
           " made it by " + std::string(changeKindName(inForce.kind)) + " " + std::to_string(seconds) + " s ago";
}

Permission permissionFor(Direction direction) {
    return direction == Direction::Safe ? Permission::OperateSafe : Permission::OperateRisky;
}

std::string nameOf(ChangeKind kind, const EndpointName& endpoint) {
    return "'" + std::string(changeKindName(kind)) + "' of endpoint '" + endpoint.value + "'";
}

// A digest says nothing to whoever types it: what they take it for is what is done, or nothing.
Status checkExpected(const ExecuteRequest& request, ChangeKind kind, const EndpointName& endpoint) {
    const ChangeKind expected = request.expectedKind.value_or(kind);
    const EndpointName where = request.expectedEndpoint.value_or(endpoint);
    if (expected == kind && where == endpoint) {
        return {};
    }
    return Error{ErrorCode::InvalidArgument,
                 "the plan is for " + nameOf(kind, endpoint) + ", not for " + nameOf(expected, where),
                 "look at the plan again", expected == kind ? "expected_endpoint" : "expected_kind"};
}

Status checkExpected(const ExecuteRequest& request, const KeptPlan& kept) {
    GNOMON_TRY(checkExpected(request, kept.plan.kind, kept.plan.targets.front().endpoint));
    if (!request.expectedVersion || request.expectedVersion == kept.version) {
        return {};
    }
    return Error{ErrorCode::InvalidArgument,
                 "the plan is for " + (kept.version ? "v" + std::to_string(kept.version->value) : "no named version") +
                     ", not for v" + std::to_string(request.expectedVersion->value),
                 "look at the plan again", "expected_version"};
}

// A change of these kinds by a person means that what was skipped may be asked again.
bool mayAskAgain(ChangeKind kind) {
    return kind == ChangeKind::Restore || kind == ChangeKind::Rollback || kind == ChangeKind::Promote ||
           kind == ChangeKind::Enable;
}

} // namespace

ChangeServiceImpl::ChangeServiceImpl(ChangeServiceOptions options, ChangeServiceParts parts)
    : m_options(std::move(options)), m_parts(std::move(parts)),
      m_book(m_options.planLimit, m_options.rememberedRequests),
      m_commits(m_parts, m_options.policy,
                [this](const RequestId& request, const ChangeOutcome& outcome) { applied(request, outcome); }),
      m_effects(m_parts, m_options.node, m_options.policy, m_options.probeAfter),
      m_keeper(m_parts, m_book, [this](const EndpointName& endpoint) -> Mutex& { return lockOf(endpoint); }) {}

Result<PlanPreview> ChangeServiceImpl::plan(const ChangeRequest& request, const Principal& requester) {
    GNOMON_ASSIGN(const Generation current, m_parts.directory.inForce(request.endpoint));
    GNOMON_ASSIGN(const EndpointSnapshot snapshot, m_parts.directory.snapshot(request.endpoint));
    GNOMON_ASSIGN(const std::vector<Generation> history, m_parts.state.generations(request.endpoint));
    GNOMON_ASSIGN(Proposal proposal, propose(request, {current, history, snapshot.versions}));
    GNOMON_TRY(m_parts.directory.prepare(request.endpoint, proposal.result));

    PlanPreview preview;
    GNOMON_ASSIGN(preview.plan, makePlan(request, requester, current, proposal.result));
    GNOMON_ASSIGN(preview.digest, proof::planDigest(preview.plan));
    preview.direction = proposal.direction;
    preview.before = current.deployment;
    preview.changes = fieldChanges(current.deployment, proposal.result);
    preview.notes = std::move(proposal.notes);
    preview.requestsPerSecond = snapshot.requestsPerSecond;
    preview.dryRun = request.skipDryRun
                         ? skippedDryRun("asked for")
                         : dryRun(m_parts.directory, m_parts.exchanges, m_parts.clock, request.endpoint,
                                  current.deployment, proposal.result, {m_options.dryRunRows, m_options.dryRunTime});
    m_book.keep({preview.plan, preview.digest, preview.direction, proposal.restores,
                 proposal.version ? proposal.version : request.version});
    m_keeper.planned(preview.plan.applyBy);
    return preview;
}

Result<Plan> ChangeServiceImpl::makePlan(const ChangeRequest& request, const Principal& requester,
                                         const Generation& current, const Deployment& result) {
    Plan plan;
    plan.id = m_parts.random.id();
    plan.fleet = m_options.fleet;
    plan.environment = m_options.environment;
    plan.kind = request.kind;
    PlanTarget target{m_options.node, request.endpoint, current.number, result, {}};
    GNOMON_ASSIGN(target.versions, digestsOf(request.endpoint, result));
    plan.targets.push_back(std::move(target));
    plan.policy = m_options.policy;
    plan.requester = requester.actor;
    plan.reason = printable(request.reason, kLongestReason);
    plan.notBefore = m_parts.clock.wallNow();
    plan.approveBy = plan.notBefore + m_options.planLifetime;
    plan.applyBy = plan.approveBy;
    return plan;
}

Result<std::vector<std::pair<VersionNumber, Digest>>> ChangeServiceImpl::digestsOf(const EndpointName& endpoint,
                                                                                   const Deployment& deployment) const {
    GNOMON_ASSIGN(const std::vector<Version> versions, m_parts.directory.versions(endpoint));
    std::vector<std::pair<VersionNumber, Digest>> digests;
    for (const VersionNumber number : versionsNamed(deployment)) {
        const auto found = std::find_if(versions.begin(), versions.end(),
                                        [number](const Version& version) { return version.number == number; });
        if (found == versions.end()) {
            return Error{ErrorCode::FailedPrecondition, "endpoint '" + endpoint.value + "' has no v" +
                                                            std::to_string(number.value) + " in its repository"};
        }
        digests.emplace_back(number, found->digest);
    }
    return digests;
}

Result<ChangeOutcome> ChangeServiceImpl::execute(const ExecuteRequest& request, const Principal& requester) {
    if (request.requestId.value.empty() || request.requestId.value.size() > kLongestRequestId) {
        return Error{ErrorCode::InvalidArgument, "a change needs a request id of at most 128 bytes",
                     "choose a new one for each change", "request_id"};
    }
    const std::optional<KeptPlan> kept = m_book.find(request.digest);
    if (!kept) {
        GNOMON_ASSIGN(const auto earlier, earlierAnswer(request));
        if (earlier) {
            GNOMON_TRY(checkExpected(request, earlier->generation.kind, earlier->generation.endpoint));
            return *earlier;
        }
        return Error{ErrorCode::NotFound, "this node knows no plan " + toHex(request.digest.value),
                     "plan again; plans are forgotten after a while and when the node restarts"};
    }
    GNOMON_TRY(checkExpected(request, *kept));
    if (const Status allowed = checkAllowed(*kept, request, requester); !allowed.ok()) {
        return allowed.error();
    }
    const MutexLock lock(lockOf(kept->plan.targets.front().endpoint));
    const Status settled = m_commits.settle(); // first: it may find that this very request was done
    GNOMON_ASSIGN(const auto earlier, earlierAnswer(request));
    if (earlier) {
        return *earlier;
    }
    GNOMON_TRY(settled);
    return executeLocked(*kept, request, requester);
}

Result<std::optional<ChangeOutcome>> ChangeServiceImpl::earlierAnswer(const ExecuteRequest& request) const {
    const std::optional<ChangeOutcome> answer = m_book.answerTo(request.requestId);
    if (answer && answer->digest != request.digest) {
        return Error{ErrorCode::InvalidArgument, "the request id was used for another plan before",
                     "choose a new one for each change", "request_id"};
    }
    return answer;
}

Status ChangeServiceImpl::checkAllowed(const KeptPlan& kept, const ExecuteRequest& request,
                                       const Principal& requester) {
    const Status allowed = m_parts.authorizer.authorize(requester, permissionFor(kept.direction));
    if (!allowed.ok()) {
        recordDenial(kept, request, requester, allowed.error());
        return allowed.error();
    }
    if (kept.direction == Direction::Risky && request.reason.empty() && kept.plan.reason.empty()) {
        return Error{ErrorCode::FailedPrecondition,
                     "the change '" + std::string(changeKindName(kept.plan.kind)) + "' needs a reason",
                     "say why; the audit trail keeps it", "reason"};
    }
    return {};
}

void ChangeServiceImpl::recordDenial(const KeptPlan& kept, const ExecuteRequest& request, const Principal& requester,
                                     const Error& error) {
    AuditRecord record;
    record.kind = RecordKind::Deny;
    record.actor = requester.actor;
    record.sourceAddress = requester.address;
    record.sourceClient = requester.client;
    record.action = changeKindName(kept.plan.kind);
    record.permission = permissionName(permissionFor(kept.direction));
    record.object = "endpoint/" + kept.plan.targets.front().endpoint.value;
    record.change = kept.digest.value;
    record.requestId = request.requestId.value;
    record.result = "denied";
    record.code = codeName(error.code);
    record.reason = error.message;
    record.policy = m_options.policy;
    m_parts.audit.appendAsync(std::move(record), std::nullopt, [](const Result<port::Appended>& appended) {
        if (!appended.ok()) {
            logEvent(LogLevel::Error, "denial_not_recorded", {{"error", appended.error().message}});
        }
    });
}

Status ChangeServiceImpl::checkStillTrue(const KeptPlan& kept, const Generation& current) const {
    const PlanTarget& target = kept.plan.targets.front();
    const WallTime now = m_parts.clock.wallNow();
    if (current.number != target.base) {
        return Error{ErrorCode::FailedPrecondition,
                     "the plan was made for generation " + std::to_string(target.base.value) + " of endpoint '" +
                         target.endpoint.value + "', but " + describeNewer(current, now),
                     "look at what is in force, and plan again if it is still needed"};
    }
    if (now > kept.plan.applyBy) {
        return Error{ErrorCode::FailedPrecondition, "the plan expired at " + toRfc3339(kept.plan.applyBy),
                     "plan again"};
    }
    GNOMON_ASSIGN(const auto digests, digestsOf(target.endpoint, target.result));
    if (digests != target.versions) {
        return Error{ErrorCode::FailedPrecondition, "a version that the plan names is not the one that was planned",
                     "plan again"};
    }
    return {};
}

Result<ChangeOutcome> ChangeServiceImpl::executeLocked(const KeptPlan& kept, const ExecuteRequest& request,
                                                       const Principal& requester) {
    const PlanTarget& target = kept.plan.targets.front();
    GNOMON_ASSIGN(const Generation current, m_parts.directory.inForce(target.endpoint));
    GNOMON_TRY(checkStillTrue(kept, current));
    GNOMON_TRY(m_parts.directory.prepare(target.endpoint, target.result));
    Commit commit;
    commit.next.endpoint = target.endpoint;
    commit.next.number = GenerationNumber(current.number.value + 1);
    commit.next.deployment = target.result;
    commit.next.kind = kept.plan.kind;
    commit.next.restores = kept.restores;
    commit.next.actor = requester.actor;
    commit.next.reason = request.reason.empty() ? kept.plan.reason : printable(request.reason, kLongestReason);
    commit.before = current;
    commit.change = kept.digest;
    commit.requestId = request.requestId;
    commit.permission = permissionName(permissionFor(kept.direction));
    commit.sourceAddress = requester.address;
    commit.sourceClient = requester.client;
    commit.traceParent = request.traceParent;
    return m_commits.commit(std::move(commit));
}

void ChangeServiceImpl::applied(const RequestId& request, const ChangeOutcome& outcome) {
    const Generation& made = outcome.generation;
    if (made.kind == ChangeKind::Initial) {
        return; // nobody asked for it
    }
    if (mayAskAgain(made.kind)) {
        m_parts.directory.clearSkips(made.endpoint);
    }
    m_book.remember(request, outcome);
    m_effects.watch(outcome);
}

Result<EffectProof> ChangeServiceImpl::awaitEffect(const EndpointName& endpoint, GenerationNumber generation,
                                                   std::chrono::milliseconds wait) {
    return m_effects.await(endpoint, generation, wait);
}

Mutex& ChangeServiceImpl::lockOf(const EndpointName& endpoint) {
    const MutexLock lock(m_mutex);
    std::unique_ptr<Mutex>& mutex = m_locks[endpoint];
    if (!mutex) {
        mutex = std::make_unique<Mutex>();
    }
    return *mutex;
}

Status ChangeServiceImpl::recover() {
    GNOMON_TRY(m_commits.settle());
    GNOMON_ASSIGN(const std::vector<Generation> current, m_parts.state.current());
    std::vector<Generation> changed;
    for (const EndpointName& endpoint : m_parts.directory.names()) {
        const auto stored = std::find_if(current.begin(), current.end(), [&endpoint](const Generation& generation) {
            return generation.endpoint == endpoint;
        });
        GNOMON_TRY(startEndpoint(endpoint, stored == current.end() ? nullptr : &*stored));
        if (stored != current.end() && stored->intent && stored->kind != ChangeKind::Initial) {
            changed.push_back(*stored);
        }
    }
    return recall(std::move(changed));
}

// A node with a version that does not load still serves what does: its links say why, and calls go down the chain.
Status ChangeServiceImpl::startEndpoint(const EndpointName& endpoint, const Generation* stored) {
    GNOMON_ASSIGN(Deployment initial, m_parts.directory.initial(endpoint));
    Status prepared = m_parts.directory.prepare(endpoint, stored != nullptr ? stored->deployment : initial);
    // Where nobody names the production version, one that failed its trial leaves its place to the next highest.
    while (stored == nullptr && !prepared.ok()) {
        GNOMON_ASSIGN(Deployment next, m_parts.directory.initial(endpoint));
        if (next == initial) {
            break;
        }
        initial = std::move(next);
        prepared = m_parts.directory.prepare(endpoint, initial);
    }
    if (!prepared.ok()) {
        logEvent(LogLevel::Error, "endpoint_starts_incomplete",
                 {{"endpoint", endpoint.value}, {"reason", prepared.error().message}});
    }
    if (stored != nullptr) {
        return m_parts.directory.deploy(*stored);
    }
    Commit commit;
    commit.next.endpoint = endpoint;
    commit.next.number = GenerationNumber(1);
    commit.next.deployment = initial;
    commit.next.kind = ChangeKind::Initial;
    commit.next.actor = machineActor("initial");
    commit.next.reason = "first start on this node";
    const Result<ChangeOutcome> outcome = m_commits.commit(std::move(commit));
    return outcome.ok() ? Status() : Status(outcome.error());
}

// Request ids that were answered before the restart: what was asked twice is still done once. And the effects of what
// is in force that were open at the stop: they are proven now, and recorded. Reads the trail itself, newest first, for
// its index may be in the making.
Status ChangeServiceImpl::recall(std::vector<Generation> changed) {
    std::vector<std::pair<RequestId, ChangeOutcome>> answers;
    AuditFilter filter;
    filter.pageSize = kRecallPage;
    for (std::size_t page = 0;
         page < kRecallPages && (answers.size() < m_options.rememberedRequests || !changed.empty()); ++page) {
        GNOMON_ASSIGN(const AuditPage read, m_parts.reader.search(filter));
        for (const StoredRecord& stored : read.records) {
            watchOpen(changed, stored.record);
            if (answers.size() < m_options.rememberedRequests) {
                GNOMON_ASSIGN(auto answer, answerOf(stored.record));
                if (answer) {
                    answers.push_back(*std::move(answer));
                }
            }
        }
        if (!read.next) {
            break;
        }
        filter.before = read.next;
    }
    // What is left was committed before all that was read, so nobody can tell whether its effect is recorded. One
    // without a record is the lesser evil: a second record would date the first reply of an old change to this start.
    for (auto answer = answers.rbegin(); answer != answers.rend(); ++answer) {
        m_book.remember(answer->first, answer->second);
    }
    return {};
}

// The answer that an outcome was to the request with an id; absent where the record is none.
Result<std::optional<std::pair<RequestId, ChangeOutcome>>> ChangeServiceImpl::answerOf(const AuditRecord& record) {
    std::optional<std::pair<RequestId, ChangeOutcome>> answer;
    if (record.kind != RecordKind::Outcome || record.result != "ok" || record.requestId.empty() || !record.ref) {
        return answer;
    }
    GNOMON_ASSIGN(const std::optional<Generation> made, m_parts.state.madeBy(*record.ref));
    if (made) {
        answer.emplace(RequestId(record.requestId),
                       ChangeOutcome{PlanDigest(record.change), *made, *record.ref, record.seq});
    }
    return answer;
}

// To be shown the trail newest first: an intent that comes up before a record of its effect has none.
void ChangeServiceImpl::watchOpen(std::vector<Generation>& changed, const AuditRecord& record) {
    if (record.kind != RecordKind::Effect && record.kind != RecordKind::Intent) {
        return;
    }
    const std::optional<Seq> intent = record.kind == RecordKind::Effect ? record.ref : record.seq;
    const auto found = std::find_if(changed.begin(), changed.end(),
                                    [&intent](const Generation& generation) { return generation.intent == intent; });
    if (found == changed.end()) {
        return;
    }
    if (record.kind == RecordKind::Intent) {
        m_effects.watch({PlanDigest(record.change), *found, record.seq, {}});
    }
    changed.erase(found);
}

std::unique_ptr<ChangeService> makeChangeService(ChangeServiceOptions options, ChangeServiceParts parts) {
    return std::make_unique<ChangeServiceImpl>(std::move(options), std::move(parts));
}

} // namespace gnomon::control
