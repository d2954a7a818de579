// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/call.h"
#include "backend/serving/policy/decision.h"
#include "backend/serving/policy/time_share.h"
#include "backend/serving/steps/validate.h"

#include <algorithm>
#include <utility>

namespace gnomon::serving {

namespace {

// An abandoned run that is not back by then holds a thread for good.
constexpr std::chrono::seconds kStuckAfter{2};
constexpr std::size_t kLongestReason = 400;
constexpr std::uint64_t kStuckBit = 1; // in a timer's token; the attempt's own token is above it

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

std::string inMilliseconds(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
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

// False when the version cannot be asked now.
bool Call::ask(const AnswerStep& step) {
    const MonoTime now = m_core->parts.clock.monoNow();
    Leg leg = legOf(step);
    leg.outcome = LegOutcome::Skipped;
    if (!step.version.runner) {
        leg.error = "is not loaded: " + step.version.why;
    } else if (now >= m_answerBy) {
        leg.error = "was not asked: no time is left";
    } else {
        leg.error = step.version.health->refuses(now);
    }
    if (!leg.error.empty()) {
        failed(std::move(leg), ErrorCode::Unavailable);
        return false;
    }
    run(step, now);
    return true;
}

void Call::run(const AnswerStep& step, MonoTime now) {
    Attempt attempt;
    attempt.step = &step;
    attempt.started = now;
    attempt.given = timeShare(m_answerBy - now, versionsBehind());
    const MonoTime deadline = now + attempt.given;
    {
        const MutexLock lock(m_mutex);
        attempt.token = ++m_lastToken;
        m_open = attempt;
    }
    const std::uint64_t token = attempt.token;
    // The callback may drive this call to its end before run() returns, and so end the deployment it is pinned to.
    const std::shared_ptr<port::ModelRunner> runner = step.version.runner;
    m_core->timers.at(deadline, weak_from_this(), token << 1);
    std::shared_ptr<port::Run> started =
        runner->run({m_call.inputs, {}, deadline}, [self = shared_from_this(), token](Result<port::RunResult> result) {
            self->finished(token, std::move(result));
        });
    {
        const MutexLock lock(m_mutex);
        if (m_open && m_open->token == token) {
            m_open->run = std::move(started);
            return;
        }
        const auto late = std::find_if(m_abandoned.begin(), m_abandoned.end(),
                                       [token](const Abandoned& abandoned) { return abandoned.token == token; });
        if (late == m_abandoned.end()) {
            return;
        }
    }
    started->abandon();
}

void Call::finished(std::uint64_t token, Result<port::RunResult> result) {
    const std::optional<Attempt> attempt = claim(token, false);
    if (!attempt) {
        cameBack(token);
        return;
    }
    const MonoTime now = m_core->parts.clock.monoNow();
    const std::chrono::nanoseconds took = now - attempt->started;
    VersionHealth& health = *attempt->step->version.health;
    const Guarded guarded = guard(result);
    Leg leg = legOf(*attempt->step);
    leg.outcome = guarded.outcome;
    leg.error = guarded.error;
    leg.latency = result.ok() && result->compute.count() > 0 ? result->compute : took;
    leg.single = !result.ok() || result->single;
    if (guarded.outcome == LegOutcome::Ok) {
        health.succeeded(now, took);
        answered(std::move(leg), std::move(result->outputs));
        return;
    }
    if (!guarded.versionAtFault) {
        health.withdrawn();
    } else if (guarded.outcome == LegOutcome::Late) {
        overran(*attempt);
    } else {
        health.failed(now);
    }
    failed(std::move(leg), result.ok() ? ErrorCode::Internal : result.error().code);
    proceed();
}

void Call::timeIsUp(std::uint64_t token) {
    const bool stuckCheck = (token & kStuckBit) != 0;
    token >>= 1;
    if (stuckCheck) {
        checkStuck(token);
        return;
    }
    const std::optional<Attempt> attempt = claim(token, true);
    if (!attempt) {
        return;
    }
    m_core->timers.at(m_core->parts.clock.monoNow() + kStuckAfter, weak_from_this(), (token << 1) | kStuckBit);
    overran(*attempt);
    Leg leg = legOf(*attempt->step);
    leg.outcome = LegOutcome::Late;
    leg.latency = attempt->given;
    leg.error = "no answer within " + inMilliseconds(attempt->given);
    failed(std::move(leg), ErrorCode::Unavailable);
    proceed(); // the caller first
    if (attempt->run) {
        attempt->run->abandon();
    }
}

void Call::overran(const Attempt& attempt) {
    const VersionLink& version = attempt.step->version;
    const bool hurried = m_answerBy < m_arrived + m_endpoint.settings().budget;
    if (version.health->overran(m_core->parts.clock.monoNow(), attempt.given, hurried)) {
        m_core->versionSkipped(m_call.endpoint, version.number, m_endpoint.settings().abandonedRunsUntilSkipped);
    }
}

void Call::checkStuck(std::uint64_t token) {
    std::shared_ptr<VersionHealth> health;
    VersionNumber version;
    {
        const MutexLock lock(m_mutex);
        for (Abandoned& abandoned : m_abandoned) {
            if (abandoned.token == token && !abandoned.back) {
                abandoned.stuck = true;
                health = abandoned.health;
                version = abandoned.version;
            }
        }
    }
    if (health && health->stuck()) {
        m_core->versionSkipped(m_call.endpoint, version, m_endpoint.settings().abandonedRunsUntilSkipped);
    }
}

void Call::cameBack(std::uint64_t token) {
    std::shared_ptr<VersionHealth> health;
    {
        const MutexLock lock(m_mutex);
        for (Abandoned& abandoned : m_abandoned) {
            if (abandoned.token == token) {
                abandoned.back = true;
                health = abandoned.stuck ? abandoned.health : nullptr;
            }
        }
    }
    if (health) {
        health->cameBack();
    }
}

// The attempt, if it is still open: it is the caller's from now on.
std::optional<Call::Attempt> Call::claim(std::uint64_t token, bool abandoned) {
    const MutexLock lock(m_mutex);
    if (!m_open || m_open->token != token) {
        return std::nullopt;
    }
    if (abandoned) {
        const VersionLink& version = m_open->step->version;
        m_abandoned.push_back({token, version.number, version.health});
    }
    return std::exchange(m_open, std::nullopt);
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
    answered(legOf(step), constantFor(m_endpoint.settings().constant, rows));
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
    finish(std::move(error), "refuse", std::move(reason));
}

void Call::finish(Result<InferenceReply> reply, std::string servedBy, std::string reason) {
    m_exchange.servedBy = std::move(servedBy);
    m_exchange.reason = std::move(reason);
    m_core->observer->expect();
    std::exchange(m_done, nullptr)(std::move(reply));

    const MonoTime now = m_core->parts.clock.monoNow();
    m_endpoint.meter().record(now - m_arrived, m_call.version ? "" : m_exchange.reason, m_exchange.answered);
    m_pin->tally->replied(m_exchange.id, m_core->parts.clock.wallNow(), m_exchange.servedBy);
    if (!m_exchange.reason.empty() && !m_call.version) {
        m_core->substitutions->note(m_call.endpoint, m_exchange.generation, m_exchange.servedBy, m_exchange.reason);
    }
    observe({std::move(m_exchange), m_call.inputs, std::move(m_outputs)});
    m_pin.release();
    m_core->callEnded();
}

void Call::observe(Observation observation) {
    std::vector<const ShadowLink*> chosen;
    // Without production there is nothing to compare a shadow with, and a probe is not a request.
    if (m_pin->generation.deployment.mode == Mode::Production && !m_call.version && !m_call.probe) {
        for (const ShadowLink& shadow : m_pin->shadows) {
            if (m_core->mirror.chooses(shadow)) {
                chosen.push_back(&shadow);
            }
        }
    }
    observation.exchange.mirrored = !chosen.empty();
    const auto gathering = std::make_shared<Gathering>(std::move(observation), m_core->observer);
    for (const ShadowLink* shadow : chosen) {
        m_core->mirror.hand(gathering, *shadow, m_endpoint.settings().decision);
    }
}

} // namespace gnomon::serving
