// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/live_pipeline.h"
#include "backend/serving/pipeline_core.h"
#include "backend/serving/steps/admit.h"
#include "backend/serving/steps/validate.h"

#include <utility>

namespace gnomon::serving {

namespace {

// Every call is answered by its own deadline; this only bounds what a broken runner could do to a shutdown.
constexpr std::chrono::seconds kLongestEnd{30};

class PipelineImpl final : public LivePipeline {
public:
    PipelineImpl(PipelineOptions options, PipelineParts parts)
        : m_core(std::make_shared<PipelineCore>(options, std::move(parts))) {}

    ~PipelineImpl() override {
        drain(kLongestEnd);
        m_core->stop();
    }

    void infer(InferenceCall call, ReplyCallback done) override {
        if (Status started = m_core->callStarts(); !started.ok()) {
            done(started.error());
            return;
        }
        Result<Admitted> admitted = admit(*m_core, std::move(call));
        if (!admitted.ok()) {
            turnAway(std::move(admitted).error(), done);
            return;
        }
        if (std::optional<Error> error = disabled(admitted->pin->generation)) {
            newCall(std::move(*admitted), std::move(done))->refuse(*std::move(error), {});
            return;
        }
        if (Status status = valid(*admitted); !status.ok()) {
            turnAway(status.error(), done);
            return;
        }
        admitted->anomaly = m_core->parts.scorer.score(admitted->call.endpoint, admitted->call.inputs);
        newCall(std::move(*admitted), std::move(done))->start();
    }

    PipelineCounters counters() const override {
        return {m_core->accepted(), m_core->inFlight(), m_core->turnedAway(), m_core->mirror.dropped(),
                m_core->observer->dropped()};
    }

    bool drain(std::chrono::milliseconds wait) override {
        m_core->drain();
        return m_core->waitForCalls(std::chrono::steady_clock::now() + wait);
    }

    bool settle(std::chrono::milliseconds wait) override {
        return m_core->observer->settle(std::chrono::steady_clock::now() + wait);
    }

private:
    static Status valid(const Admitted& admitted) {
        const InferenceCall& call = admitted.call;
        const bool allowNan = admitted.endpoint->settings().allowNan;
        if (call.version) {
            return validate(call, admitted.pin->byNumber.at(*call.version).version.runner->schema(), allowNan);
        }
        if (admitted.pin->schema) {
            return validate(call, *admitted.pin->schema, allowNan);
        }
        return {}; // nothing is loaded: only the constant can answer, and it does not look
    }

    void turnAway(const Error& error, const ReplyCallback& done) {
        done(error);
        m_core->callEnded();
    }

    std::shared_ptr<Call> newCall(Admitted admitted, ReplyCallback done) {
        return std::make_shared<Call>(m_core, std::move(admitted), std::move(done));
    }

    const std::shared_ptr<PipelineCore> m_core;
};

} // namespace

std::unique_ptr<LivePipeline> makePipeline(PipelineOptions options, PipelineParts parts) {
    return std::make_unique<PipelineImpl>(options, std::move(parts));
}

} // namespace gnomon::serving
