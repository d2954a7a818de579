// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/serving/endpoint_state.h"
#include "backend/serving/pipeline_core.h"
#include "backend/serving/steps/watched_run.h"

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

// Predict and guard: one call on its way down the chain, until somebody answers it. Never used by two threads at once:
// it belongs to the thread that started it, then to the one that ended its latest run. The reply callback is called
// exactly once, without a lock held. Held by the run that it waits for and by nobody else.
class Call final : public RunWaiter, public std::enable_shared_from_this<Call> {
public:
    Call(std::shared_ptr<PipelineCore> core, Admitted admitted, ReplyCallback done);

    // Asks production and, where that fails, the chain; in FALLBACK mode the chain alone; or the version that the call
    // names, alone.
    void start();
    // Answers with the error without asking anybody; servedBy is "refuse".
    void refuse(Error error, std::string reason);

    void runEnded(RunOutcome outcome) override;

private:
    void proceed();
    bool ask(const AnswerStep& step);
    WatchedRun::Order orderFor(const VersionLink& version, std::chrono::nanoseconds typical, MonoTime now) const;
    bool somebodyBehind() const;
    std::size_t versionsBehind() const;
    void failed(Leg leg, ErrorCode code);
    void answerConstant(const AnswerStep& step);
    void answered(Leg leg, TensorSet outputs);
    void chainEnded();
    void finish(Result<InferenceReply> reply, std::string servedBy, std::string reason);
    void tellLog() const;
    void observe(Observation observation);

    const std::shared_ptr<PipelineCore> m_core;
    EndpointState& m_endpoint;
    const InferenceCall m_call; // its inputs are held for as long as any run or shadow may read them
    const MonoTime m_arrived;
    const MonoTime m_answerBy;

    Pin m_pin;
    ReplyCallback m_done;
    std::span<const AnswerStep> m_steps; // what is still to be asked; in the pinned deployment
    const AnswerStep* m_asked = nullptr; // whose run is under way
    bool m_atStart = true; // on the thread that came with the call: later ones are not the call's to hold up
    Exchange m_exchange;
    std::vector<std::pair<VersionNumber, TensorSet>> m_outputs;
    std::string m_reason;
    std::optional<ErrorCode> m_firstCode;
};

} // namespace gnomon::serving
