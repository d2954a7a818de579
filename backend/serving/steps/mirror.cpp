// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/steps/mirror.h"
#include "backend/base/thread_name.h"
#include "backend/serving/policy/decision.h"
#include "backend/serving/steps/guard.h"

#include <utility>

namespace gnomon::serving {

namespace {

// After a pause some more requests are awaited, so that callers' threads need not wake this one for each.
constexpr std::chrono::milliseconds kGathers{4};

} // namespace

Leg shadowLeg(const ShadowLink& shadow) {
    Leg leg;
    leg.role = LegRole::Shadow;
    leg.version = shadow.version.number;
    leg.digest = shadow.version.digest;
    leg.outcome = LegOutcome::Lost;
    return leg;
}

// One request in one shadow. Ends exactly once: with the run, or when its time is up, or unstarted.
class Mirror::ShadowRun final : public Timed, public std::enable_shared_from_this<ShadowRun> {
public:
    // held: bytes that were added to `bytes` for it.
    ShadowRun(std::shared_ptr<Gathering> gathering, ShadowLink shadow, std::shared_ptr<const DecisionRule> rule,
              const Clock& clock, std::shared_ptr<std::atomic<std::size_t>> bytes, std::size_t held)
        : m_gathering(std::move(gathering)), m_shadow(std::move(shadow)), m_rule(std::move(rule)), m_clock(clock),
          m_bytes(std::move(bytes)), m_held(held) {
        m_shadow.waiting->fetch_add(1);
    }
    ~ShadowRun() override { end(LegOutcome::Lost, "the node stopped"); }
    ShadowRun(const ShadowRun&) = delete;
    ShadowRun& operator=(const ShadowRun&) = delete;

    void start(Timers& timers, std::chrono::nanoseconds timeout) {
        m_started = m_clock.monoNow();
        m_timeout = timeout;
        port::RunRequest request{m_gathering->inputs(), {}, m_started + timeout, m_gathering->trace(), true};
        m_alarm = timers.at(request.deadline, weak_from_this(), 0);
        m_away = isAway(*m_shadow.version.runner);
        const std::shared_ptr<port::Run> run = m_shadow.version.runner->run(
            std::move(request), [self = shared_from_this()](auto result) { self->finished(std::move(result)); });
        bool late = false;
        std::optional<Result<port::RunResult>> early;
        {
            const MutexLock lock(m_mutex);
            late = m_late;
            m_single = run->single();
            m_run = m_gathering ? run : nullptr;
            early.swap(m_early);
        }
        if (late) {
            run->abandon();
        } else if (early) {
            tell(*std::move(early));
        }
    }

    void timeIsUp(std::uint64_t /*token*/) override {
        {
            const MutexLock lock(m_mutex);
            m_late = m_gathering != nullptr;
        }
        const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(m_timeout).count();
        if (const auto run = end(LegOutcome::Late, "no answer within " + std::to_string(waited) + " ms")) {
            run->abandon();
        }
    }

private:
    void finished(Result<port::RunResult> result) {
        {
            const MutexLock lock(m_mutex);
            if (!m_single) {
                m_early = std::move(result);
                return;
            }
        }
        tell(std::move(result));
    }

    void tell(Result<port::RunResult> result) {
        Guarded guarded = guard(result);
        if (guarded.outcome != LegOutcome::Ok) {
            const bool full = !result.ok() && result.error().code == ErrorCode::ResourceExhausted;
            const bool gone = !result.ok() && result.error().code == ErrorCode::Cancelled;
            const bool refused = guarded.outcome == LegOutcome::Lost && m_away;
            end(full      ? LegOutcome::Dropped
                : refused ? LegOutcome::Skipped
                : gone    ? LegOutcome::Lost
                          : guarded.outcome,
                std::move(guarded.error));
            return;
        }
        Leg leg = shadowLeg(m_shadow);
        leg.outcome = LegOutcome::Ok;
        const Judgement judgement = judge(*m_rule, result->outputs);
        leg.score = judgement.score;
        leg.decision = judgement.decision;
        leg.latency = result->compute.count() > 0 ? result->compute : m_clock.monoNow() - m_started;
        end(std::move(leg), std::move(result->outputs));
    }

    std::shared_ptr<port::Run> end(LegOutcome outcome, std::string error) {
        Leg leg = shadowLeg(m_shadow);
        leg.outcome = outcome;
        leg.error = std::move(error);
        return end(std::move(leg), std::nullopt);
    }

    // Absent when it had ended before.
    std::shared_ptr<port::Run> end(Leg leg, std::optional<TensorSet> outputs) {
        std::shared_ptr<Gathering> gathering;
        std::shared_ptr<port::Run> run;
        {
            const MutexLock lock(m_mutex);
            gathering.swap(m_gathering);
            run.swap(m_run);
            leg.single = m_single.value_or(false);
        }
        if (gathering) {
            m_shadow.waiting->fetch_sub(1);
            m_bytes->fetch_sub(m_held);
            gathering->add(std::move(leg), std::move(outputs));
        }
        return run;
    }

    Mutex m_mutex;
    std::shared_ptr<Gathering> m_gathering; // guarded by m_mutex once started; absent once ended
    std::shared_ptr<port::Run> m_run GUARDED_BY(m_mutex);
    bool m_late GUARDED_BY(m_mutex) = false;
    std::optional<bool> m_single GUARDED_BY(m_mutex);                   // unknown until its runner has returned
    std::optional<Result<port::RunResult>> m_early GUARDED_BY(m_mutex); // it ended before that
    const ShadowLink m_shadow;
    const std::shared_ptr<const DecisionRule> m_rule;
    const Clock& m_clock;
    const std::shared_ptr<std::atomic<std::size_t>> m_bytes;
    const std::size_t m_held;
    MonoTime m_started;
    bool m_away = false; // before it was run, its worker was
    std::chrono::nanoseconds m_timeout{0};
    Timers::Alarm m_alarm;
};

Mirror::Mirror(MirrorOptions options, Timers& timers, const Clock& clock, Random& random)
    : m_options(options), m_timers(timers), m_clock(clock), m_random(random), m_queue(SIZE_MAX, kGathers),
      m_thread([this] {
          nameThread("mirror");
          run();
      }) {}

void Mirror::stop() {
    m_stopping = true;
    m_queue.close();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

bool Mirror::chooses(const ShadowLink& shadow) {
    return shadow.mirrorPercent >= 100 || (shadow.mirrorPercent > 0 && m_random.unit() * 100 < shadow.mirrorPercent);
}

void Mirror::hand(std::shared_ptr<Gathering> gathering, const ShadowLink& shadow,
                  std::shared_ptr<const DecisionRule> rule) {
    Leg leg = shadowLeg(shadow);
    if (!shadow.version.runner) {
        leg.outcome = LegOutcome::Skipped;
        leg.error = shadow.version.why;
        gathering->add(std::move(leg), std::nullopt);
        return;
    }
    const std::size_t held = byteCount(gathering->inputs());
    const bool tooMuch = m_bytes->fetch_add(held) + held > m_options.bytes;
    if (tooMuch || *shadow.waiting >= m_options.limit) {
        m_bytes->fetch_sub(held);
        ++m_dropped;
        leg.outcome = LegOutcome::Dropped;
        leg.error = tooMuch ? "too many bytes wait for the shadows" : "the shadow has too many requests waiting";
        gathering->add(std::move(leg), std::nullopt);
        return;
    }
    (void)m_queue.push( // refused at the end: then it is lost
        std::make_shared<ShadowRun>(std::move(gathering), shadow, std::move(rule), m_clock, m_bytes, held));
}

void Mirror::run() {
    std::vector<std::shared_ptr<ShadowRun>> batch;
    while (m_queue.take(batch)) {
        for (const std::shared_ptr<ShadowRun>& run : batch) {
            if (!m_stopping) {
                run->start(m_timers, m_options.timeout);
            }
        }
        batch.clear();
    }
}

} // namespace gnomon::serving
