// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/watched_run.h"
#include "backend/serving/steps/guard.h"
#include "backend/serving/steps/validate.h"

#include <utility>

namespace gnomon::serving {

namespace {

// An abandoned run that is not back by then holds a thread for good.
constexpr std::chrono::seconds kStuckAfter{2};
// An engine looks that often whether it is to stop.
constexpr std::chrono::milliseconds kStopsWithin{30};
enum Token : std::uint64_t { kTimeIsUp, kHasItStopped, kIsItStuck };

std::string inMilliseconds(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

} // namespace

WatchedRun::WatchedRun(std::shared_ptr<PipelineCore> core, const Order& order, std::shared_ptr<RunWaiter> waiter)
    : m_core(std::move(core)), m_endpoint(order.endpoint), m_version(order.version.number),
      m_abandonedUntilSkipped(order.settings.abandonedRunsUntilSkipped),
      m_health(order.version.health), m_attempt{order.given, order.probe, order.hurried, order.replaceable},
      m_started(m_core->parts.clock.monoNow()), m_rows(rowsOf(order.inputs, order.version.runner->schema())),
      m_thread(order.thread), m_waiter(std::move(waiter)) {}

void WatchedRun::start(const std::shared_ptr<PipelineCore>& core, const Order& order,
                       std::shared_ptr<RunWaiter> waiter) {
    std::make_shared<WatchedRun>(core, order, std::move(waiter))->run(order);
}

void WatchedRun::startProbe(const std::shared_ptr<PipelineCore>& core, Order order) {
    order.given = order.settings.budget;
    order.probe = true;
    core->workStarts();
    start(core, order, nullptr);
}

void WatchedRun::run(const Order& order) {
    const MonoTime deadline = m_started + order.given;
    // The callback may end the deployment that the version belongs to before run() returns.
    const std::shared_ptr<port::ModelRunner> runner = order.version.runner;
    m_alarms[kTimeIsUp] = m_core->timers.at(deadline, weak_from_this(), kTimeIsUp);
    m_away = isAway(*runner);
    port::RunRequest request{order.inputs, {}, deadline, order.trace};
    if (m_thread) {
        request.here = [this](const std::shared_ptr<port::Run>& run) {
            m_here = true;
            started(run);
        };
    }
    started(runner->run(std::move(request), [self = shared_from_this()](Result<port::RunResult> result) {
        self->finished(std::move(result));
    }));
}

void WatchedRun::started(const std::shared_ptr<port::Run>& run) {
    {
        const MutexLock lock(m_mutex);
        if (m_phase == Phase::Ended) {
            return;
        }
        m_run = run;
        if (m_phase == Phase::Open) {
            return;
        }
    }
    abandon(*run);
}

void WatchedRun::abandon(port::Run& run) {
    run.abandon();
    if (m_here) {
        m_thread->givenUp();
    }
}

void WatchedRun::finished(Result<port::RunResult> result) {
    if (!claim(Phase::Ended)) {
        cameBack();
        return;
    }
    const MonoTime now = m_core->parts.clock.monoNow();
    const std::chrono::nanoseconds took = now - m_started;
    Guarded guarded = guard(result);
    if (guarded.outcome == LegOutcome::Ok) {
        m_health->succeeded(now, took, result->input + result->compute + result->output);
    } else if (!guarded.versionAtFault) {
        m_health->withdrawn(m_attempt.probe);
    } else if (guarded.outcome == LegOutcome::Late) {
        overran();
    } else {
        m_health->failed(now, m_attempt.probe);
    }
    if (m_waiter) {
        count(guarded.outcome == LegOutcome::Ok ? &*result : nullptr, took);
    }
    RunOutcome outcome;
    outcome.outcome = guarded.outcome;
    outcome.error = std::move(guarded.error);
    if (outcome.outcome == LegOutcome::Lost && m_away) {
        outcome.outcome = LegOutcome::Skipped; // refused, and not lost with a worker
        outcome.error = "was not asked: " + outcome.error;
    }
    outcome.latency = result.ok() && result->compute.count() > 0 ? result->compute : took;
    outcome.single = result.ok() ? result->single : isSingle();
    if (!result.ok()) {
        outcome.code = result.error().code;
    } else if (guarded.outcome == LegOutcome::Ok) {
        outcome.outputs = std::move(result->outputs);
    }
    tell(std::move(outcome));
}

void WatchedRun::timeIsUp(std::uint64_t token) {
    if (token != kTimeIsUp) {
        token == kHasItStopped ? demote() : checkStuck();
        return;
    }
    if (!claim(Phase::Abandoned)) {
        return;
    }
    const MonoTime now = m_core->parts.clock.monoNow();
    m_alarms[kHasItStopped] = m_core->timers.at(now + kStopsWithin, weak_from_this(), kHasItStopped);
    m_alarms[kIsItStuck] = m_core->timers.at(now + kStuckAfter, weak_from_this(), kIsItStuck);
    overran();
    if (m_waiter) {
        count(nullptr, m_attempt.given);
    }
    RunOutcome outcome;
    outcome.outcome = LegOutcome::Late;
    outcome.error = "no answer within " + inMilliseconds(m_attempt.given);
    outcome.code = ErrorCode::Unavailable;
    outcome.latency = m_attempt.given;
    outcome.single = isSingle();
    tell(std::move(outcome)); // the caller first
    std::shared_ptr<port::Run> run;
    {
        const MutexLock lock(m_mutex);
        run = m_run;
    }
    if (run) {
        abandon(*run);
    }
}

void WatchedRun::demote() {
    std::shared_ptr<port::Run> run;
    {
        const MutexLock lock(m_mutex);
        run.swap(m_run);
    }
    if (run) {
        run->demote();
    }
}

// answer: absent when the run failed.
void WatchedRun::count(const port::RunResult* answer, std::chrono::nanoseconds took) {
    if (answer != nullptr) {
        m_health->meter().succeeded(m_core->parts.clock.wallNow(), took, *answer, m_rows);
    } else {
        m_health->meter().failed(took);
    }
}

// Not when it has ended before its runner returned: nobody can tell then.
bool WatchedRun::isSingle() const {
    const MutexLock lock(m_mutex);
    return m_run && m_run->single();
}

bool WatchedRun::claim(Phase next) {
    const MutexLock lock(m_mutex);
    if (m_phase != Phase::Open) {
        return false;
    }
    m_phase = next;
    return true;
}

void WatchedRun::overran() {
    if (m_health->overran(m_core->parts.clock.monoNow(), m_attempt)) {
        m_core->versionSkipped(m_endpoint, m_version, m_abandonedUntilSkipped);
    }
}

void WatchedRun::checkStuck() {
    {
        const MutexLock lock(m_mutex);
        if (m_phase != Phase::Abandoned) {
            return;
        }
        m_phase = Phase::Stuck;
    }
    demote();
    if (m_health->stuck()) {
        m_core->versionSkipped(m_endpoint, m_version, m_abandonedUntilSkipped);
    }
}

// After it was abandoned.
void WatchedRun::cameBack() {
    bool wasStuck = false;
    {
        const MutexLock lock(m_mutex);
        wasStuck = std::exchange(m_phase, Phase::Ended) == Phase::Stuck;
    }
    if (wasStuck) {
        m_health->cameBack();
    }
}

void WatchedRun::tell(RunOutcome outcome) {
    if (const std::shared_ptr<RunWaiter> waiter = std::exchange(m_waiter, nullptr)) {
        waiter->runEnded(std::move(outcome));
    } else {
        m_core->callEnded();
    }
}

} // namespace gnomon::serving
