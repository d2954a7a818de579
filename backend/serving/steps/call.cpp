// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/call.h"
#include "backend/base/log.h"
#include "backend/serving/policy/decision.h"
#include "backend/serving/policy/time_share.h"
#include "backend/serving/steps/guard.h"
#include "backend/serving/steps/validate.h"

#include <algorithm>
#include <utility>

namespace gnomon::serving {

namespace {

constexpr std::size_t kLongestReason = 400;
// A model that takes longer is handed to threads of its own, so that calls behind it are not held up.
constexpr std::chrono::microseconds kQuick{500};

std::string nameOf(const Leg& leg) {
    return leg.kind == FallbackKind::Version ? "v" + std::to_string(leg.version.value) : "the constant";
}

std::string describeFailure(const Leg& leg) {
    switch (leg.outcome) {
    case LegOutcome::Late:
        return nameOf(leg) + " was late: " + leg.error;
    case LegOutcome::NotFinite:
        return nameOf(leg) + " is not finite: " + leg.error;
    case LegOutcome::Skipped:
        return nameOf(leg) + " " + leg.error;
    case LegOutcome::Ok:
    case LegOutcome::Failed:
    case LegOutcome::Dropped:
    case LegOutcome::Lost:
        break;
    }
    return nameOf(leg) + " failed: " + leg.error;
}

Leg legOf(const AnswerStep& step) {
    Leg leg;
    leg.role = step.role;
    leg.kind = step.kind;
    leg.version = step.version.number;
    leg.digest = step.version.digest;
    return leg;
}

} // namespace

Call::Call(std::shared_ptr<PipelineCore> core, Admitted admitted, ReplyCallback done)
    : m_core(std::move(core)), m_endpoint(*admitted.endpoint), m_call(std::move(admitted.call)),
      m_arrived(admitted.arrived), m_answerBy(admitted.answerBy), m_pin(std::move(admitted.pin)),
      m_done(std::move(done)) {
    const WallTime now = m_core->parts.clock.wallNow();
    m_exchange.id = ExchangeId(m_core->parts.random.id());
    m_exchange.time = now;
    m_exchange.endpoint = m_call.endpoint;
    m_exchange.generation = m_pin->generation.number;
    m_exchange.caller = m_call.caller.actor.identity;
    m_exchange.tenant = m_call.caller.tenant;
    m_exchange.requestId = printable(m_call.requestId);
    m_exchange.cluster = clusterOf(m_endpoint.settings(), m_call.parameters, now);
    m_exchange.anomaly = admitted.anomaly;
    if (m_call.trace) {
        m_exchange.traceParent = m_call.trace->parent();
    }
}

void Call::start() {
    if (m_call.version) {
        m_steps = {&m_pin->byNumber.at(*m_call.version), 1};
    } else {
        m_steps = m_pin->steps;
    }
    proceed();
}

void Call::proceed() {
    while (!m_steps.empty()) {
        const AnswerStep& step = m_steps.front();
        m_steps = m_steps.subspan(1);
        switch (step.kind) {
        case FallbackKind::Version:
            if (ask(step)) {
                return;
            }
            break;
        case FallbackKind::Constant:
            answerConstant(step);
            return;
        case FallbackKind::Refuse:
            chainEnded();
            return;
        }
    }
    chainEnded();
}

// False when nobody waits for the version now.
bool Call::ask(const AnswerStep& step) {
    const MonoTime now = m_core->parts.clock.monoNow();
    Leg leg = legOf(step);
    leg.outcome = LegOutcome::Skipped;
    if (!step.version.runner) {
        leg.error = "is not loaded: " + step.version.why;
    } else if (now >= m_answerBy) {
        leg.error = "was not asked: no time is left";
    } else {
        const Permit permit = step.version.health->ask(now);
        WatchedRun::Order order = orderFor(step.version, permit.typical, now);
        order.probe = permit.kind == Permit::Kind::Probe;
        if (m_atStart && permit.kind == Permit::Kind::Ask && permit.compute.count() > 0 && permit.compute < kQuick) {
            order.thread = m_call.thread;
        }
        if (permit.kind == Permit::Kind::Ask || (order.probe && !somebodyBehind())) {
            m_asked = &step;
            WatchedRun::start(m_core, order, shared_from_this());
            return true;
        }
        if (order.probe) {
            WatchedRun::startProbe(m_core, order); // under suspicion: somebody else answers, meanwhile it is tried
        }
        leg.error = permit.why;
    }
    failed(std::move(leg), ErrorCode::Unavailable);
    return false;
}

WatchedRun::Order Call::orderFor(const VersionLink& version, std::chrono::nanoseconds typical, MonoTime now) const {
    const bool replaceable = somebodyBehind();
    const MonoTime until = replaceable ? waitUntil(now, m_answerBy, m_call.deadline, typical) : m_answerBy;
    WatchedRun::Order order{m_call.endpoint, m_endpoint.settings(), version, m_call.inputs,
                            timeShare(until - now, versionsBehind())};
    order.trace = m_call.trace;
    order.hurried = m_answerBy < m_arrived + m_endpoint.settings().budget;
    order.replaceable = replaceable;
    return order;
}

void Call::runEnded(RunOutcome outcome) {
    m_atStart = false;
    Leg leg = legOf(*m_asked);
    leg.outcome = outcome.outcome;
    leg.error = std::move(outcome.error);
    leg.latency = outcome.latency;
    leg.single = outcome.single;
    if (leg.outcome == LegOutcome::Ok) {
        answered(std::move(leg), std::move(outcome.outputs));
        return;
    }
    failed(std::move(leg), outcome.code);
    proceed();
}

bool Call::somebodyBehind() const {
    return !m_steps.empty() && m_steps.front().kind != FallbackKind::Refuse;
}

std::size_t Call::versionsBehind() const {
    return static_cast<std::size_t>(std::count_if(
        m_steps.begin(), m_steps.end(), [](const AnswerStep& step) { return step.kind == FallbackKind::Version; }));
}

void Call::failed(Leg leg, ErrorCode code) {
    m_reason += (m_reason.empty() ? "" : "; ") + describeFailure(leg);
    if (!m_firstCode) {
        m_firstCode = code;
    }
    m_exchange.legs.push_back(std::move(leg));
}

void Call::answerConstant(const AnswerStep& step) {
    const std::int64_t rows = m_pin->schema ? rowsOf(m_call.inputs, *m_pin->schema) : 1;
    Leg leg = legOf(step);
    Result<TensorSet> outputs = constantFor(m_endpoint.settings().constant, rows);
    if (!outputs.ok()) {
        leg.outcome = LegOutcome::Failed;
        leg.error = outputs.error().message;
        failed(std::move(leg), outputs.error().code);
        proceed();
        return;
    }
    answered(std::move(leg), *std::move(outputs));
}

void Call::answered(Leg leg, TensorSet outputs) {
    Result<TensorSet> selected = selectOutputs(outputs, m_call.outputs);
    if (!selected.ok()) {
        leg.outcome = LegOutcome::Failed;
        leg.error = selected.error().message;
        failed(std::move(leg), ErrorCode::Internal);
        proceed();
        return;
    }
    const Judgement judgement = judge(m_endpoint.settings().decision, outputs);
    leg.score = judgement.score;
    leg.decision = judgement.decision;
    InferenceReply reply;
    reply.outputs = *std::move(selected);
    reply.version = leg.version;
    reply.reason = printable(m_reason, kLongestReason);
    reply.generation = m_exchange.generation;
    reply.exchange = m_exchange.id;
    if (m_call.version) {
        reply.servedBy = "version";
    } else {
        reply.servedBy = leg.kind == FallbackKind::Constant ? "constant" : legRoleName(leg.role);
    }
    m_outputs.emplace_back(leg.version, std::move(outputs));
    m_exchange.legs.push_back(std::move(leg));
    std::string servedBy = reply.servedBy;
    std::string reason = reply.reason;
    finish(std::move(reply), std::move(servedBy), std::move(reason));
}

void Call::chainEnded() {
    std::string reason = printable(m_reason, kLongestReason);
    std::string message = "endpoint '" + m_call.endpoint.value + "' has no answer";
    if (m_call.version) {
        message = "version " + std::to_string(m_call.version->value) + " of endpoint '" + m_call.endpoint.value +
                  "' has no answer";
    }
    message += ": " + (reason.empty() ? "it is in FALLBACK mode and its chain ends in refuse" : reason);
    const bool callersFault = m_firstCode == ErrorCode::InvalidArgument;
    refuse({callersFault ? ErrorCode::InvalidArgument : ErrorCode::Unavailable, std::move(message)}, std::move(reason));
}

void Call::refuse(Error error, std::string reason) {
    m_exchange.answered = false;
    m_firstCode = error.code; // from here on what the caller is told
    finish(std::move(error), "refuse", std::move(reason));
}

void Call::finish(Result<InferenceReply> reply, std::string servedBy, std::string reason) {
    m_exchange.servedBy = std::move(servedBy);
    m_exchange.reason = std::move(reason);
    m_core->observer->expect();
    std::exchange(m_done, nullptr)(std::move(reply));

    const MonoTime now = m_core->parts.clock.monoNow();
    m_endpoint.meter().record(now - m_arrived, m_exchange, !m_call.version);
    if (!m_call.version) { // one that was asked for by number answers the same in every generation: it proves nothing
        m_pin->tally->replied(m_exchange.id, m_core->parts.clock.wallNow(), m_exchange.servedBy, m_call.probe);
    }
    if (!m_exchange.reason.empty() && !m_call.version) {
        m_core->substitutions->note(m_call.endpoint, m_exchange.generation, m_exchange.servedBy, m_exchange.reason);
    }
    tellLog();
    observe({std::move(m_exchange), m_call.inputs, std::move(m_outputs), {}, m_call.trace});
    m_pin.release();
    m_core->callEnded();
}

// What did not go as it should, at level debug: callers cause these lines at will.
void Call::tellLog() const {
    if ((m_exchange.answered && m_exchange.reason.empty()) || !logs(LogLevel::Debug)) {
        return;
    }
    const VersionNumber version = m_exchange.legs.empty() ? VersionNumber() : m_exchange.legs.back().version;
    logEvent(LogLevel::Debug, m_exchange.answered ? "call_substituted" : "call_failed",
             {{"endpoint", m_exchange.endpoint.value},
              {"version", std::to_string(version.value)},
              {"request_id", m_exchange.requestId},
              {"trace_id", m_call.trace ? m_call.trace->traceId() : ""},
              {"code", std::string(m_firstCode ? codeName(*m_firstCode) : "OK")},
              {"exchange", m_exchange.id.value},
              {"served_by", m_exchange.servedBy},
              {"reason", m_exchange.reason}});
}

void Call::observe(Observation observation) {
    std::vector<const ShadowLink*> chosen;
    // Without production there is nothing to compare a shadow with, and a probe is not a request. Without a schema the
    // inputs were not checked, and no worker is to see them.
    const bool mirrors = m_pin->generation.deployment.mode == Mode::Production && m_pin->schema.has_value() &&
                         !m_call.version && !m_call.probe;
    for (const ShadowLink& shadow : m_pin->shadows) {
        observation.shadows.push_back(shadow.version.number);
        if (mirrors && m_core->mirror.chooses(shadow)) {
            chosen.push_back(&shadow);
            observation.exchange.legs.push_back(shadowLeg(shadow));
        }
    }
    observation.exchange.mirrored = !chosen.empty();
    const auto gathering = std::make_shared<Gathering>(std::move(observation), m_core->observer);
    for (const ShadowLink* shadow : chosen) {
        m_core->mirror.hand(gathering, *shadow, m_endpoint.decision());
    }
}

} // namespace gnomon::serving
