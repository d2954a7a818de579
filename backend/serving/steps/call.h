// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/endpoint_state.h"
#include "backend/serving/pipeline_core.h"
#include "backend/serving/steps/guard.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gnomon::serving {

// What the pipeline found out about a call before anything was predicted.
struct Admitted {
    InferenceCall call;
    EndpointState* endpoint = nullptr; // lives as long as the directory
    Pin pin;
    MonoTime arrived;
    MonoTime answerBy;
    std::optional<double> anomaly;
};

// Predict and guard: one call on its way down the chain, until somebody answers it. Thread-safe: run callbacks and the
// watchdog race for each attempt, and who comes first decides; the reply callback is called exactly once, without a
// lock held. Held by its runs and by nobody else.
class Call final : public Timed, public std::enable_shared_from_this<Call> {
public:
    Call(std::shared_ptr<PipelineCore> core, Admitted admitted, ReplyCallback done);

    // Asks production and, where that fails, the chain; in FALLBACK mode the chain alone; or the version that the call
    // names, alone.
    void start();
    // Answers with the error without asking anybody; servedBy is "refuse".
    void refuse(Error error, std::string reason);

    void timeIsUp(std::uint64_t token) override;

private:
    struct Attempt {
        std::uint64_t token = 0;
        const AnswerStep* step = nullptr; // in the pinned deployment
        MonoTime started;
        std::chrono::nanoseconds given{0};
        std::shared_ptr<port::Run> run;
    };
    struct Abandoned {
        std::uint64_t token = 0;
        VersionNumber version;
        std::shared_ptr<VersionHealth> health;
        bool back = false;
        bool stuck = false;
    };

    void proceed();
    bool ask(const AnswerStep& step);
    void run(const AnswerStep& step, MonoTime now);
    void finished(std::uint64_t token, Result<port::RunResult> result);
    void overran(const Attempt& attempt);
    void checkStuck(std::uint64_t token);
    void cameBack(std::uint64_t token);
    std::optional<Attempt> claim(std::uint64_t token, bool abandoned);

    std::size_t versionsBehind() const;
    void failed(Leg leg, ErrorCode code);
    void answerConstant(const AnswerStep& step);
    void answered(Leg leg, TensorSet outputs);
    void chainEnded();
    void finish(Result<InferenceReply> reply, std::string servedBy, std::string reason);
    void observe(Observation observation);

    const std::shared_ptr<PipelineCore> m_core;
    EndpointState& m_endpoint;
    const InferenceCall m_call; // its inputs are held for as long as any run or shadow may read them
    const MonoTime m_arrived;
    const MonoTime m_answerBy;

    // Belongs to whoever drives the call: the thread that started it, then the one that claimed the latest attempt.
    Pin m_pin;
    ReplyCallback m_done;
    std::span<const AnswerStep> m_steps; // what is still to be asked; in the pinned deployment
    Exchange m_exchange;
    std::vector<std::pair<VersionNumber, TensorSet>> m_outputs;
    std::string m_reason;
    std::optional<ErrorCode> m_firstCode;

    Mutex m_mutex;
    std::uint64_t m_lastToken GUARDED_BY(m_mutex) = 0;
    std::optional<Attempt> m_open GUARDED_BY(m_mutex);
    std::vector<Abandoned> m_abandoned GUARDED_BY(m_mutex);
};

} // namespace gnomon::serving
