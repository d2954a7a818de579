// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace gnomon::test {

inline Tensor floats(std::string name, std::vector<std::int64_t> shape, const std::vector<float>& values) {
    Tensor tensor{std::move(name), DataType::Fp32, std::move(shape), Bytes(values.size() * sizeof(float))};
    if (!values.empty()) {
        std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
    }
    return tensor;
}

// What a fake model does with each run. A test changes it while runs come in.
class FakeBehaviour {
public:
    using Answer = std::function<Result<port::RunResult>(const port::RunRequest&)>;

    // Answers every run at once, before run() returns.
    void answer(Answer answer) {
        const MutexLock lock(m_mutex);
        m_answer = std::move(answer);
        m_holding = false;
    }
    // Answers every run with this one score per row, in the output "score".
    void score(float value) {
        answer([value](const port::RunRequest& request) -> Result<port::RunResult> {
            const std::int64_t rows = request.inputs.tensors.empty() ? 1 : request.inputs.tensors[0].shape[0];
            const std::vector<float> values(static_cast<std::size_t>(rows), value);
            return port::RunResult{makeTensorSet({floats("score", {rows, 1}, values)}), {}, true};
        });
    }
    void fail(Error error) {
        answer([error = std::move(error)](const port::RunRequest&) -> Result<port::RunResult> { return error; });
    }
    // Keeps every run from now on until release(): a model that never returns.
    void hold() {
        const MutexLock lock(m_mutex);
        m_holding = true;
    }
    // Ends every held run with the current answer; from now on runs are answered at once again.
    void release() {
        std::vector<std::pair<port::RunRequest, port::RunCallback>> held;
        Answer answer;
        {
            const MutexLock lock(m_mutex);
            m_holding = false;
            held.swap(m_held);
            answer = m_answer;
        }
        for (auto& [request, done] : held) {
            done(answer(request));
        }
    }

    std::size_t runs() const { return m_runs; }
    std::size_t abandoned() const { return m_abandoned; }
    std::size_t held() const {
        const MutexLock lock(m_mutex);
        return m_held.size();
    }
    // False when there were not so many held runs within ten seconds.
    bool waitForHeld(std::size_t count) const {
        const MutexLock lock(m_mutex);
        return awaited([&]() REQUIRES(m_mutex) { return m_held.size() >= count; });
    }

    void start(port::RunRequest request, port::RunCallback done) {
        ++m_runs;
        Answer answer;
        {
            const MutexLock lock(m_mutex);
            if (m_holding) {
                m_held.emplace_back(std::move(request), std::move(done));
                m_changed.notifyAll();
                return;
            }
            answer = m_answer;
        }
        done(answer(request));
    }
    void countAbandoned() {
        const MutexLock lock(m_mutex);
        ++m_abandoned;
        m_changed.notifyAll();
    }
    // False when there were not so many abandoned runs within ten seconds: a run is abandoned after the caller is
    // answered.
    bool waitForAbandoned(std::size_t count) const {
        const MutexLock lock(m_mutex);
        return awaited([&]() REQUIRES(m_mutex) { return m_abandoned >= count; });
    }

    void countDemoted() {
        const MutexLock lock(m_mutex);
        ++m_demoted;
        m_changed.notifyAll();
    }
    bool waitForDemoted(std::size_t count) const {
        const MutexLock lock(m_mutex);
        return awaited([&]() REQUIRES(m_mutex) { return m_demoted >= count; });
    }

private:
    // False when it is not so within ten seconds.
    template <class Predicate>
    bool awaited(Predicate fulfilled) const REQUIRES(m_mutex) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!fulfilled()) {
            if (!m_changed.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        return true;
    }

    mutable Mutex m_mutex;
    mutable Condition m_changed;
    Answer m_answer GUARDED_BY(m_mutex) = [](const port::RunRequest&) -> Result<port::RunResult> {
        return Error{ErrorCode::Internal, "the fake was not told what to answer"};
    };
    bool m_holding GUARDED_BY(m_mutex) = false;
    std::vector<std::pair<port::RunRequest, port::RunCallback>> m_held GUARDED_BY(m_mutex);
    std::atomic<std::size_t> m_runs{0};
    std::atomic<std::size_t> m_abandoned{0};
    std::atomic<std::size_t> m_demoted{0};
};

// A model with input "x" FP32 [-1,2] and output "score" FP32 [-1,1] that does what its behaviour says. Thread-safe.
class FakeRunner final : public port::ModelRunner {
public:
    explicit FakeRunner(std::shared_ptr<FakeBehaviour> behaviour, Digest digest = {})
        : m_behaviour(std::move(behaviour)) {
        m_schema.digest = digest;
        m_schema.inputs = {{"x", DataType::Fp32, {-1, 2}, false}};
        m_schema.outputs = {{"score", DataType::Fp32, {-1, 1}, false}};
    }
    const port::ModelSchema& schema() const override { return m_schema; }
    void inputs(std::vector<TensorSpec> inputs) { m_schema.inputs = std::move(inputs); } // before it is used
    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        auto run = std::make_shared<FakeRun>(m_behaviour);
        m_behaviour->start(std::move(request), std::move(done));
        return run;
    }

private:
    class FakeRun final : public port::Run {
    public:
        explicit FakeRun(std::shared_ptr<FakeBehaviour> behaviour) : m_behaviour(std::move(behaviour)) {}
        void abandon() override {
            if (const auto behaviour = m_behaviour.lock()) {
                behaviour->countAbandoned();
            }
        }
        void demote() override {
            if (const auto behaviour = m_behaviour.lock()) {
                behaviour->countDemoted();
            }
        }

    private:
        std::weak_ptr<FakeBehaviour> m_behaviour; // it may hold whoever holds this run
    };

    port::ModelSchema m_schema;
    std::shared_ptr<FakeBehaviour> m_behaviour;
};

} // namespace gnomon::test
