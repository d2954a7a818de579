// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/control/dry_run.h"
#include "backend/base/mutex.h"
#include "backend/serving/policy/decision.h"
#include "backend/serving/steps/guard.h"

#include <map>
#include <memory>
#include <utility>

namespace gnomon::control {

namespace {

constexpr std::size_t kAtATime = 4;

// Who answers first in a deployment; Refuse when nobody does.
FallbackStep firstAnswer(const Deployment& deployment) {
    switch (deployment.mode) {
    case Mode::Production:
        return {FallbackKind::Version, deployment.production};
    case Mode::Fallback:
        return deployment.chain.front();
    case Mode::Disabled:
        break;
    }
    return {FallbackKind::Refuse, {}};
}

const Leg* answering(const Exchange& exchange) {
    for (const Leg& leg : exchange.legs) {
        if (leg.role != LegRole::Shadow && leg.outcome == LegOutcome::Ok) {
            return &leg;
        }
    }
    return nullptr;
}

// The count so far. Shared with runs that may end after the dry run was cut short. Thread-safe.
class Tally {
public:
    explicit Tally(DecisionRule rule) : m_rule(std::move(rule)) {}

    // Waits until another run may start. False when the time is up.
    bool mayStart(MonoTime until) {
        const MutexLock lock(m_mutex);
        while (m_running >= kAtATime) {
            if (!m_ended.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        ++m_running;
        return true;
    }

    void ended(const Leg& was, const Result<port::RunResult>& result) {
        const serving::Guarded guarded = serving::guard(result);
        const MutexLock lock(m_mutex);
        --m_running;
        m_ended.notifyAll();
        if (guarded.outcome != LegOutcome::Ok) {
            ++m_dryRun.replayed;
            ++m_dryRun.failed;
            return;
        }
        compare(was, result->outputs);
    }

    void compareConstant(const Leg& was, const TensorSet& outputs) {
        const MutexLock lock(m_mutex);
        compare(was, outputs);
    }

    DryRun finish(MonoTime until, bool cutShort) {
        const MutexLock lock(m_mutex);
        while (m_running > 0 && !cutShort) {
            cutShort = !m_ended.waitUntil(m_mutex, until);
        }
        DryRun dryRun = m_dryRun;
        dryRun.cutShort = cutShort;
        dryRun.meanScoreDifference = m_scored > 0 ? m_difference / m_scored : 0;
        dryRun.flips.assign(m_flips.begin(), m_flips.end());
        return dryRun;
    }

private:
    void compare(const Leg& was, const TensorSet& outputs) REQUIRES(m_mutex) {
        const serving::Judgement is = serving::judge(m_rule, outputs);
        ++m_dryRun.replayed;
        if (is.decision != was.decision) {
            ++m_dryRun.decisionsChanged;
            ++m_flips[was.decision + " -> " + is.decision];
        }
        if (is.score && was.score) {
            m_difference += *is.score - *was.score;
            m_scored += 1;
        }
    }

    const DecisionRule m_rule;
    Mutex m_mutex;
    Condition m_ended;
    std::size_t m_running GUARDED_BY(m_mutex) = 0;
    DryRun m_dryRun GUARDED_BY(m_mutex);
    std::map<std::string, std::uint32_t> m_flips GUARDED_BY(m_mutex);
    double m_difference GUARDED_BY(m_mutex) = 0;
    double m_scored GUARDED_BY(m_mutex) = 0;
};

bool replay(port::ModelRunner& runner, const std::vector<port::RecordedExchange>& rows,
            const std::shared_ptr<Tally>& tally, const Clock& clock, MonoTime until) {
    std::vector<std::shared_ptr<port::Run>> runs;
    bool inTime = true;
    for (const port::RecordedExchange& row : rows) {
        const Leg* was = answering(row.exchange);
        if (was == nullptr || !row.payload) {
            continue;
        }
        inTime = clock.monoNow() < until && tally->mayStart(until);
        if (!inTime) {
            break;
        }
        runs.push_back(
            runner.run({makeTensorSet(row.payload->inputs), {}, until},
                       [tally, was = *was](const Result<port::RunResult>& result) { tally->ended(was, result); }));
    }
    if (!inTime) {
        for (const auto& run : runs) {
            run->abandon();
            run->demote();
        }
    }
    return inTime;
}

} // namespace

DryRun skippedDryRun(std::string because) {
    DryRun dryRun;
    dryRun.skipped = true;
    dryRun.skippedBecause = std::move(because);
    return dryRun;
}

DryRun dryRun(serving::EndpointDirectory& directory, port::ExchangeStore& exchanges, const Clock& clock,
              const EndpointName& endpoint, const Deployment& before, const Deployment& result, DryRunLimits limits) {
    const MonoTime started = clock.monoNow();
    const MonoTime until = started + limits.time;
    const FallbackStep answer = firstAnswer(result);
    if (answer == firstAnswer(before)) {
        return skippedDryRun("what callers get does not change");
    }
    if (answer.kind == FallbackKind::Refuse) {
        return skippedDryRun("every call would be refused");
    }
    const Result<EndpointSettings> settings = directory.settings(endpoint);
    const auto rows = exchanges.recent(endpoint, limits.rows);
    if (!settings.ok() || !rows.ok()) {
        return skippedDryRun((settings.ok() ? rows.error() : settings.error()).message);
    }
    const auto tally = std::make_shared<Tally>(settings->decision);
    bool inTime = true;
    if (answer.kind == FallbackKind::Constant) {
        const Result<TensorSet> constant = serving::constantFor(settings->constant, 1);
        if (!constant.ok()) {
            return skippedDryRun(constant.error().message);
        }
        for (const port::RecordedExchange& row : *rows) {
            if (const Leg* was = answering(row.exchange)) {
                tally->compareConstant(*was, *constant);
            }
        }
    } else {
        const auto runner = directory.warmRunner(endpoint, answer.version);
        if (!runner.ok()) {
            return skippedDryRun(runner.error().message);
        }
        inTime = replay(**runner, *rows, tally, clock, until);
    }
    DryRun dryRun = tally->finish(until, !inTime);
    if (dryRun.replayed == 0 && !dryRun.cutShort) {
        return skippedDryRun("no recorded requests");
    }
    dryRun.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock.monoNow() - started);
    return dryRun;
}

} // namespace gnomon::control
