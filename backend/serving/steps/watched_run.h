// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/domain/exchange.h"
#include "backend/serving/endpoint_state.h"
#include "backend/serving/pipeline_core.h"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace gnomon::serving {

// What became of a run, as far as whoever waits for it is concerned.
struct RunOutcome {
    LegOutcome outcome = LegOutcome::Ok;
    std::string error;
    ErrorCode code = ErrorCode::Internal; // of the error
    std::chrono::nanoseconds latency{0};
    bool single = true;
    TensorSet outputs; // only when Ok
};

class RunWaiter {
public:
    virtual ~RunWaiter() = default;
    // Exactly once per run, from any thread, possibly before the run's start() returns.
    virtual void runEnded(RunOutcome outcome) = 0;
};

// One run of a version under watch: its answer, or that its time is over, is told to whoever waits and to the version's
// health, whichever comes first; after that it concerns the health alone. Thread-safe. Held by the run it watches.
class WatchedRun final : public Timed, public std::enable_shared_from_this<WatchedRun> {
public:
    struct Order {
        const EndpointName& endpoint;
        const EndpointSettings& settings;
        const VersionLink& version; // with a runner
        const TensorSet& inputs;
        std::chrono::nanoseconds given;
        bool probe = false;                      // the health let it through as its probe
        bool hurried = false;                    // the caller's own deadline made `given` shorter
        bool replaceable = false;                // somebody else answers when this does not
        std::shared_ptr<ComputeThread> thread{}; // that starts the run, when the model is quick enough to run on it
        std::shared_ptr<const TraceContext> trace{};
    };

    static void start(const std::shared_ptr<PipelineCore>& core, const Order& order, std::shared_ptr<RunWaiter> waiter);
    // Nobody waits: only the health learns how it went. The pipeline does not end before it has.
    static void startProbe(const std::shared_ptr<PipelineCore>& core, Order order);

    WatchedRun(std::shared_ptr<PipelineCore> core, const Order& order, std::shared_ptr<RunWaiter> waiter);
    void timeIsUp(std::uint64_t token) override;

private:
    enum class Phase { Open, Ended, Abandoned, Stuck };

    void run(const Order& order);
    void started(const std::shared_ptr<port::Run>& run);
    void abandon(port::Run& run);
    void finished(Result<port::RunResult> result);
    void count(const port::RunResult* answer, std::chrono::nanoseconds took);
    bool isSingle() const;
    bool claim(Phase next);
    void overran();
    void demote();
    void checkStuck();
    void cameBack();
    void tell(RunOutcome outcome);

    const std::shared_ptr<PipelineCore> m_core;
    const EndpointName m_endpoint;
    const VersionNumber m_version;
    const std::uint32_t m_abandonedUntilSkipped;
    const std::shared_ptr<VersionHealth> m_health;
    const Attempt m_attempt;
    const MonoTime m_started;
    const std::int64_t m_rows;
    const std::shared_ptr<ComputeThread> m_thread;
    bool m_away = false;                   // before it was run, its worker was; constant from then on
    std::atomic<bool> m_here = false;      // it is computed on m_thread
    std::array<Timers::Alarm, 3> m_alarms; // by token
    std::shared_ptr<RunWaiter> m_waiter;   // belongs to whoever claims the run; empty for a probe that nobody waits for

    mutable Mutex m_mutex;
    Phase m_phase GUARDED_BY(m_mutex) = Phase::Open;
    std::shared_ptr<port::Run> m_run GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
