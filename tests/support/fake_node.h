// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/node_gateway.h"
#include "tests/support/fake_change.h"
#include "tests/support/fake_node_data.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <typeindex>
#include <utility>

namespace gnomon::test {

// A node that exists only in memory: state, history, changes and audit trail behave as a real one's do, over the
// scripted data of fake_node_data.h. Held by the test; any number of FakeGateways reach it. Thread-safe. Answers come
// from a thread of its own, at once or, with hold(), when the test says so and in the order that it says.
class FakeNode {
public:
    explicit FakeNode(WallTime now, const std::string& name = "node-a", const std::string& environment = "practice")
        : m_now(now), m_endpoints(fakeEndpoints(now)) {
        m_info.stamp = {NodeId(fakeId(name)), BootId(fakeId(name + " boot 1")), now};
        m_info.name = name;
        m_info.fleet = name;
        m_info.environment = environment;
        m_info.softwareVersion = "0.1.0";
        m_info.capabilities = {"changes", "comparison", "audit"};
        m_info.listeners = {{"127.0.0.1:8443", "inference", true}, {"127.0.0.1:7443", "control", true}};
        m_info.auditOrigin = "gnomon.example/" + name + "/audit";
        m_info.started = now - std::chrono::hours(72);
        seedAudit();
        m_worker = std::jthread([this](std::stop_token stop) { work(stop); });
    }
    ~FakeNode() {
        m_worker.request_stop();
        const MutexLock lock(m_mutex); // so that the worker is either waiting or has not looked yet
        m_wake.notifyAll();
    }

    // --- the link, as the test drives it ---
    void goLive() {
        port::LinkStatus status;
        status.state = port::LinkState::Live;
        {
            const MutexLock lock(m_mutex);
            status.node = m_info;
        }
        setLink(status);
        push();
    }
    void setLink(port::LinkStatus status) {
        const MutexLock lock(m_mutex);
        m_link = std::move(status);
        for (const auto& [key, events] : m_watchers) {
            enqueue([events = events, link = *m_link] { events.linkChanged(link); });
        }
    }
    // Sends the state of now to every watcher, as a heartbeat does.
    void push() {
        const MutexLock lock(m_mutex);
        const NodeUpdate update = snapshot();
        for (const auto& [key, events] : m_watchers) {
            enqueue([events = events, update] { events.updated(update); });
        }
    }
    void restart() {
        port::LinkStatus status;
        status.state = port::LinkState::Live;
        status.restarted = true;
        {
            const MutexLock lock(m_mutex);
            m_info.stamp.boot = BootId(fakeId(m_info.name + " boot " + std::to_string(++m_boots)));
            status.node = m_info;
        }
        setLink(status);
    }

    // --- scripting ---
    void edit(const std::function<void(std::vector<FakeEndpoint>&, NodeInfo&)>& change) {
        const MutexLock lock(m_mutex);
        change(m_endpoints, m_info);
    }
    void setTime(WallTime now) {
        const MutexLock lock(m_mutex);
        m_now = now;
    }
    // The next answers fail like this, as many as given; with an Answer, the next of that type: what the console asks
    // in the background then does not take them.
    template <class Answer = void>
    void failNext(const Error& error, int times = 1) {
        const MutexLock lock(m_mutex);
        for (int i = 0; i < times; ++i) {
            m_failures.push_back({error, typeid(Answer)});
        }
    }
    // The next answer is lost on its way: what was asked for happens all the same.
    void loseNext(Error error) {
        const MutexLock lock(m_mutex);
        m_loss = std::move(error);
    }
    // Also tells the watchers.
    void raiseAlarm(const std::string& alarm) {
        {
            const MutexLock lock(m_mutex);
            m_alarms.push_back(alarm);
        }
        push();
    }
    // From now on answers wait for release().
    void hold() {
        const MutexLock lock(m_mutex);
        m_holding = true;
    }
    std::size_t held() const {
        const MutexLock lock(m_mutex);
        return m_held.size();
    }
    void release(std::size_t i) {
        const MutexLock lock(m_mutex);
        enqueue(std::move(m_held.at(i)));
        m_held.erase(m_held.begin() + static_cast<std::ptrdiff_t>(i));
    }
    void releaseAll() {
        const MutexLock lock(m_mutex);
        m_holding = false;
        for (auto& answer : m_held) {
            enqueue(std::move(answer));
        }
        m_held.clear();
    }
    // How a test makes the audit side provable.
    std::function<Result<ProvenRecord>(const std::vector<StoredRecord>&, Seq)> prove;
    std::function<Result<ConsistencyProof>(std::uint64_t, std::uint64_t)> proveConsistent;
    std::function<Result<Principal>()> principal; // who the console is to the node; by default one who may do all
    std::string withheld;                         // why payloads are not shown; empty when they are
    std::function<Checkpoint()> checkpoint;
    std::function<std::vector<Bytes>(const std::vector<StoredRecord>&)> exported; // the export file, in chunks
    void editRecords(const std::function<void(std::vector<StoredRecord>&)>& change) {
        const MutexLock lock(m_mutex);
        change(m_records);
    }

    // --- what happened, for the test to look at ---
    std::vector<ChangeRequest> planned() const {
        const MutexLock lock(m_mutex);
        return m_planned;
    }
    std::vector<ExecuteRequest> executed() const {
        const MutexLock lock(m_mutex);
        return m_executed;
    }

    // --- used by FakeGateway ---
    int watch(port::WatchEvents events) {
        const MutexLock lock(m_mutex);
        const int key = ++m_lastWatcher;
        if (m_link) {
            enqueue([events, link = m_link] { events.linkChanged(*link); });
            if (m_link->state == port::LinkState::Live) {
                enqueue([events, update = snapshot()] { events.updated(update); });
            }
        }
        m_watchers.emplace(key, std::move(events));
        return key;
    }
    void unwatch(int key) {
        const MutexLock lock(m_mutex);
        m_watchers.erase(key);
    }
    // Runs `compute` now and gives its result to `done` from the node's thread.
    template <class T>
    void answer(port::Done<T> done, const std::function<Result<T>()>& compute) {
        const MutexLock lock(m_mutex);
        const auto failure = std::ranges::find_if(
            m_failures, [](const Failure& one) { return one.answer == typeid(T) || one.answer == typeid(void); });
        Result<T> result = failure != m_failures.end() ? Result<T>(failure->error) : compute();
        if (failure != m_failures.end()) {
            m_failures.erase(failure);
        }
        if (const auto loss = std::exchange(m_loss, std::nullopt)) {
            result = *loss;
        }
        auto call = [done = std::move(done), result = std::move(result)] { done(result); };
        if (m_holding) {
            m_held.push_back(std::move(call));
        } else {
            enqueue(std::move(call));
        }
    }

    // The rest runs inside answer()'s compute, under the mutex.
    const NodeInfo& info() const { return m_info; }
    std::vector<EndpointSnapshot> snapshots() const { return snapshot().endpoints; }
    Result<FakeEndpoint*> find(const EndpointName& name) {
        for (FakeEndpoint& endpoint : m_endpoints) {
            if (endpoint.snapshot.settings.name == name) {
                return &endpoint;
            }
        }
        return Error{ErrorCode::NotFound, "endpoint " + name.value + " is not known to " + m_info.name};
    }
    Result<PlanPreview> plan(const ChangeRequest& request);
    Result<ChangeOutcome> execute(const ExecuteRequest& request);
    Result<EffectProof> effect(const EndpointName& endpoint, GenerationNumber generation);
    Result<AuditPage> search(const AuditFilter& filter) const;
    const std::vector<StoredRecord>& records() const { return m_records; } // oldest first
    Checkpoint head() const {
        if (checkpoint) {
            return checkpoint();
        }
        return {m_info.auditOrigin, m_records.size(), fakeDigest("root " + std::to_string(m_records.size())), {}};
    }

private:
    void work(std::stop_token stop) {
        for (;;) {
            std::function<void()> next;
            {
                const MutexLock lock(m_mutex);
                while (m_queue.empty() && !stop.stop_requested()) {
                    m_wake.wait(m_mutex);
                }
                if (stop.stop_requested()) {
                    return;
                }
                next = std::move(m_queue.front());
                m_queue.pop_front();
            }
            next();
        }
    }
    void enqueue(std::function<void()> call) {
        m_queue.push_back(std::move(call));
        m_wake.notifyAll();
    }
    NodeUpdate snapshot() const {
        NodeUpdate update;
        update.stamp = m_info.stamp;
        update.stamp.serverTime = m_now;
        for (const FakeEndpoint& endpoint : m_endpoints) {
            update.endpoints.push_back(endpoint.snapshot);
        }
        update.auditHead = head();
        update.alarms = m_alarms;
        return update;
    }
    AuditRecord& append(RecordKind kind, const Actor& actor, const std::string& action, const EndpointName& endpoint,
                        const std::string& reason, WallTime time);
    void seedAudit();

    mutable Mutex m_mutex;
    Condition m_wake;
    std::deque<std::function<void()>> m_queue;
    std::vector<std::function<void()>> m_held;
    struct Failure {
        Error error;
        std::type_index answer; // void: any
    };
    std::vector<Failure> m_failures;
    std::optional<Error> m_loss;
    std::vector<std::string> m_alarms;
    std::map<int, port::WatchEvents> m_watchers;
    std::optional<port::LinkStatus> m_link;
    std::vector<ChangeRequest> m_planned;
    std::vector<ExecuteRequest> m_executed;
    std::map<Digest, PlanPreview> m_plans;
    std::map<std::string, ChangeOutcome> m_outcomes;
    std::vector<StoredRecord> m_records;
    WallTime m_now;
    NodeInfo m_info;
    std::vector<FakeEndpoint> m_endpoints;
    int m_lastWatcher = 0;
    int m_boots = 1;
    bool m_holding = false;
    std::jthread m_worker; // last, so that it ends first
};

inline Result<PlanPreview> FakeNode::plan(const ChangeRequest& request) {
    m_planned.push_back(request);
    GNOMON_ASSIGN(FakeEndpoint * endpoint, find(request.endpoint));
    GNOMON_ASSIGN(const Deployment result, fakeChange(*endpoint, request));
    PlanPreview preview;
    preview.plan.id = fakeId("plan " + std::to_string(m_planned.size()));
    preview.plan.fleet = m_info.fleet;
    preview.plan.environment = m_info.environment;
    preview.plan.kind = request.kind;
    preview.plan.targets = {{m_info.stamp.id, request.endpoint, endpoint->history.front().number, result, {}}};
    preview.plan.requester = fakeActor("ada");
    preview.plan.reason = request.reason;
    preview.digest = PlanDigest(fakeDigest(preview.plan.id));
    preview.before = endpoint->snapshot.generation.deployment;
    const bool answersAgain = preview.before.mode != Mode::Production && result.mode == Mode::Production;
    preview.direction = answersAgain ? Direction::Risky : directionOf(request.kind);
    preview.changes = {{"deployment", describe(preview.before), describe(result)}};
    if (request.kind == ChangeKind::Promote && request.version == VersionNumber(3)) {
        preview.notes.push_back("v3 was never production on this node");
    }
    preview.requestsPerSecond = endpoint->snapshot.requestsPerSecond;
    preview.dryRun = {
        false, {}, 1000, 0, 39, {{"ham -> spam", 34}, {"spam -> ham", 5}}, 0.031, std::chrono::milliseconds(310),
        false};
    if (request.skipDryRun) {
        preview.dryRun = {true, "asked for", 0, 0, 0, {}, 0, std::chrono::milliseconds(0), false};
    }
    m_plans.insert_or_assign(preview.digest.value, preview);
    return preview;
}

inline Result<ChangeOutcome> FakeNode::execute(const ExecuteRequest& request) {
    if (const auto before = m_outcomes.find(request.requestId.value); before != m_outcomes.end()) {
        return before->second;
    }
    m_executed.push_back(request);
    const auto found = m_plans.find(request.digest.value);
    if (found == m_plans.end()) {
        return Error{ErrorCode::NotFound, "this node does not know the plan"};
    }
    const PlanPreview& preview = found->second;
    const PlanTarget& target = preview.plan.targets.front();
    GNOMON_ASSIGN(FakeEndpoint * endpoint, find(target.endpoint));
    const Generation& newest = endpoint->history.front();
    if (newest.number != target.base) {
        return Error{ErrorCode::FailedPrecondition,
                     "generation of " + target.endpoint.value + " is now " + std::to_string(newest.number.value) +
                         ", the plan was made for " + std::to_string(target.base.value),
                     "look at what changed and plan again", "generation"};
    }
    const std::string reason = request.reason.empty() ? preview.plan.reason : request.reason;
    if (preview.direction == Direction::Risky && reason.empty()) {
        return Error{ErrorCode::FailedPrecondition, "a change in the risky direction needs a reason", {}, "reason"};
    }
    const Actor actor = preview.plan.requester;
    const std::string action(changeKindName(preview.plan.kind));
    const Seq intent = append(RecordKind::Intent, actor, action, target.endpoint, reason, m_now).seq;
    AuditRecord& outcome = append(RecordKind::Outcome, actor, action, target.endpoint, reason, m_now);
    outcome.ref = intent;
    outcome.result = "ok";
    Generation made;
    made.endpoint = target.endpoint;
    made.number = GenerationNumber(newest.number.value + 1);
    made.deployment = target.result;
    made.kind = preview.plan.kind;
    made.intent = intent;
    made.time = m_now;
    made.actor = actor;
    made.reason = reason;
    endpoint->history.insert(endpoint->history.begin(), made);
    endpoint->snapshot.generation = made;
    if (made.deployment.shadows.empty()) {
        endpoint->snapshot.comparison.reset();
    }
    const ChangeOutcome result{request.digest, made, intent, outcome.seq};
    m_outcomes.emplace(request.requestId.value, result);
    const NodeUpdate update = snapshot();
    for (const auto& [key, events] : m_watchers) {
        enqueue([events = events, update] { events.updated(update); });
    }
    return result;
}

inline Result<EffectProof> FakeNode::effect(const EndpointName& name, GenerationNumber generation) {
    GNOMON_ASSIGN(FakeEndpoint * endpoint, find(name));
    EffectProof proof;
    proof.node = m_info.stamp.id;
    proof.endpoint = name;
    proof.generation = generation;
    proof.complete = true;
    proof.firstExchange = fakeId(name.value + std::to_string(generation.value));
    const Deployment& deployment = endpoint->snapshot.generation.deployment;
    proof.servedBy = deployment.mode == Mode::Fallback   ? describe(deployment.chain.front())
                     : deployment.mode == Mode::Disabled ? "refuse"
                                                         : "v" + std::to_string(deployment.production.value);
    proof.firstReply = m_now + std::chrono::milliseconds(214);
    proof.record = Seq(m_records.size());
    return proof;
}

inline Result<AuditPage> FakeNode::search(const AuditFilter& filter) const {
    AuditPage page;
    page.logSize = m_records.size();
    for (auto it = m_records.rbegin(); it != m_records.rend(); ++it) {
        const AuditRecord& r = it->record;
        const bool matches =
            (!filter.person || r.actor.person == *filter.person) && (!filter.action || r.action == *filter.action) &&
            (!filter.object || r.object == *filter.object) && (!filter.kind || r.kind == *filter.kind) &&
            (!filter.result || r.result == *filter.result) &&
            (!filter.words || r.reason.find(*filter.words) != std::string::npos) &&
            (!filter.from || r.time >= *filter.from) && (!filter.until || r.time < *filter.until) &&
            (!filter.humansOnly || !r.actor.person.starts_with("machine:")) &&
            (!filter.withoutViews || filter.kind == RecordKind::View || r.kind != RecordKind::View);
        if (!matches) {
            continue;
        }
        ++page.matching;
        if (filter.before && !(r.seq < *filter.before)) {
            continue;
        }
        if (page.records.size() < filter.pageSize) {
            page.records.push_back(*it);
        } else if (!page.next) {
            page.next = page.records.back().record.seq;
        }
    }
    return page;
}

inline AuditRecord& FakeNode::append(RecordKind kind, const Actor& actor, const std::string& action,
                                     const EndpointName& endpoint, const std::string& reason, WallTime time) {
    StoredRecord stored;
    AuditRecord& r = stored.record;
    r.seq = Seq(m_records.size());
    r.log = fakeDigest(m_info.auditOrigin);
    r.time = time;
    r.bootId = m_info.stamp.boot.value;
    r.kind = kind;
    r.actor = actor;
    r.sourceAddress = "127.0.0.1:40112";
    r.sourceClient = "gnomon/0.1.0";
    r.action = action;
    r.permission = "operate.safe";
    r.object = "endpoint/" + endpoint.value;
    r.before = fakeDigest("before" + std::to_string(r.seq.value));
    r.after = fakeDigest("after" + std::to_string(r.seq.value));
    r.requestId = fakeId("request" + std::to_string(r.seq.value));
    r.result = kind == RecordKind::Deny ? "denied" : kind == RecordKind::Intent ? "allowed" : "ok";
    r.reason = reason;
    r.build = "0.1.0";
    stored.payload = AuditPayload{{{"mode", "PRODUCTION", "FALLBACK"}}, {{"generation", "4"}}};
    m_records.push_back(std::move(stored));
    return m_records.back().record;
}

inline void FakeNode::seedAudit() {
    using namespace std::chrono;
    for (int i = 0; i < 400; ++i) {
        const WallTime at = m_now - minutes(5 * (400 - i));
        const EndpointName name(i % 3 == 0 ? "credit-approval" : "spam-filter");
        const RecordKind kinds[] = {RecordKind::Intent,       RecordKind::Outcome, RecordKind::Effect,
                                    RecordKind::Substitution, RecordKind::Deny,    RecordKind::Lifecycle};
        const RecordKind kind = kinds[i % 6];
        const bool machine = kind == RecordKind::Substitution || kind == RecordKind::Lifecycle;
        const char* actions[] = {"fallback", "restore", "shadow-start", "promote"};
        append(kind, machine ? machineActor("substitution") : fakeActor(i % 4 == 0 ? "grace" : "ada"),
               machine ? "substitution" : actions[(i / 6) % 4], name, machine ? "late" : "regression seen", at);
    }
}

} // namespace gnomon::test
