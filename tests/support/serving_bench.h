// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/random.h"
#include "backend/serving/live_pipeline.h"
#include "tests/support/fake_runner_factory.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/model_folder.h"
#include "tests/support/recording_audit.h"

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::test {

// Keeps what it observes. Thread-safe.
class KeepingSink final : public port::ObservationSink {
public:
    void observe(const Observation& observation) override {
        const MutexLock lock(m_mutex);
        m_kept.push_back(observation);
    }
    std::vector<Observation> kept() const {
        const MutexLock lock(m_mutex);
        return m_kept;
    }

private:
    mutable Mutex m_mutex;
    std::vector<Observation> m_kept GUARDED_BY(m_mutex);
};

// The endpoint "spam" with three fake versions, a constant of 0 and a budget of 200 ms, served by the real directory
// and pipeline. Version n scores n / 10 until told otherwise.
class ServingBench {
public:
    static std::string settings(const std::string& initial, const std::string& more = {}) {
        return "[initial]\n" + initial + "\n[decision]\noutput = \"score\"\npositive = \"spam\"\nnegative = \"ham\"\n" +
               more + "\n[[constant]]\nname = \"score\"\ndatatype = \"FP32\"\nshape = [1, 1]\ndata = [0.0]\n";
    }

    explicit ServingBench(const std::string& toml = settings("chain = [\"v2\", \"constant\"]\nproduction = 1"),
                          serving::PipelineOptions options = {}) {
        folder.endpoint("spam", 3, toml);
        directory = serving::makeEndpointDirectory(
                        {folder.path(), 1 << 20, 1 << 20, std::chrono::milliseconds(5000), {}}, factory, state, clock)
                        .value();
        pipeline = serving::makePipeline(options, {*directory, nullptr, scorer, {&sink}, audit, clock, random});
    }

    // The next generation, whatever is in force now.
    Status deploy(Deployment deployment) {
        Generation generation;
        generation.endpoint = name;
        const auto inForce = directory->inForce(name);
        generation.number = GenerationNumber(inForce.ok() ? inForce->number.value + 1 : 1);
        generation.deployment = std::move(deployment);
        generation.actor.person = "ada";
        generation.time = clock.wallNow();
        GNOMON_TRY(directory->prepare(name, generation.deployment));
        return directory->deploy(generation);
    }
    void start() { deployed = deploy(directory->initial(name).value()); }

    serving::InferenceCall call(int rows = 1) const {
        serving::InferenceCall call;
        call.endpoint = name;
        call.inputs =
            makeTensorSet({floats("x", {rows, 2}, std::vector<float>(static_cast<std::size_t>(rows) * 2, 1.0F))});
        call.requestId = "r1";
        call.caller.actor = {"bank/app", "spiffe://example/caller/bank/app", "mtls", {}};
        call.caller.tenant = "bank";
        return call;
    }

    // Waits for the answer; the pipeline promises one.
    Result<serving::InferenceReply> ask(serving::InferenceCall call) {
        const auto promise = std::make_shared<std::promise<Result<serving::InferenceReply>>>();
        auto reply = promise->get_future();
        pipeline->infer(std::move(call),
                        [promise](Result<serving::InferenceReply> answer) { promise->set_value(std::move(answer)); });
        if (reply.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
            return Error{ErrorCode::Internal, "no answer at all"};
        }
        return reply.get();
    }
    Result<serving::InferenceReply> ask() { return ask(call()); }

    // Everything that was observed so far, once nothing is under way any more.
    std::vector<Observation> observed() {
        settled = pipeline->settle(std::chrono::seconds(20));
        return sink.kept();
    }

    const EndpointName name{std::string("spam")};
    SystemClock clock;
    SystemRandom random;
    port::NoScorer scorer;
    ModelFolder folder;
    FakeRunnerFactory factory;
    MemoryStateStore state;
    RecordingAudit audit;
    KeepingSink sink;
    Status deployed;
    bool settled = true;
    std::unique_ptr<serving::LiveDirectory> directory;
    std::unique_ptr<serving::LivePipeline> pipeline;
};

inline float scoreOf(const serving::InferenceReply& reply) {
    return static_cast<float>(elementAsDouble(*reply.outputs.find("score"), 0));
}

} // namespace gnomon::test
