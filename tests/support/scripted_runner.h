// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"

#include <deque>
#include <functional>

namespace gnomon::test {

// A runner whose answers a test gives: at once through a function, or later, one by one. Thread-safe.
class ScriptedRunner final : public port::ModelRunner {
public:
    using Answer = std::function<Result<port::RunResult>(const port::RunRequest&)>;

    // Without an answer function, runs wait until answerNext().
    explicit ScriptedRunner(port::ModelSchema schema, Answer answer = {})
        : m_schema(std::move(schema)), m_answer(std::move(answer)) {}

    const port::ModelSchema& schema() const override { return m_schema; }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        const auto counter = m_abandoned;
        if (m_answer) {
            Result<port::RunResult> result = m_answer(request);
            note(std::move(request));
            done(std::move(result));
        } else {
            const MutexLock lock(m_mutex);
            m_waiting.push_back(std::move(done));
            m_requests.push_back(std::move(request));
            m_arrived.notifyAll();
        }
        return std::make_shared<CountedRun>(counter);
    }

    // Waits until so many runs have arrived since the start; false when they do not come within a minute.
    bool awaitRuns(std::size_t count) {
        const MonoTime until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        const MutexLock lock(m_mutex);
        while (m_requests.size() < count) {
            if (!m_arrived.waitUntil(m_mutex, until)) {
                return false;
            }
        }
        return true;
    }
    void answerNext(Result<port::RunResult> result) {
        port::RunCallback done;
        {
            const MutexLock lock(m_mutex);
            done = std::move(m_waiting.front());
            m_waiting.pop_front();
        }
        done(std::move(result));
    }
    std::vector<port::RunRequest> requests() const {
        const MutexLock lock(m_mutex);
        return m_requests;
    }
    int abandoned() const {
        const MutexLock lock(m_abandoned->mutex);
        return m_abandoned->count;
    }
    bool awaitAbandoned(int count) const {
        const MonoTime until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        const MutexLock lock(m_abandoned->mutex);
        while (m_abandoned->count < count) {
            if (!m_abandoned->changed.waitUntil(m_abandoned->mutex, until)) {
                return false;
            }
        }
        return true;
    }

private:
    struct Counter {
        Mutex mutex;
        Condition changed;
        int count GUARDED_BY(mutex) = 0;
    };
    class CountedRun final : public port::Run {
    public:
        explicit CountedRun(std::shared_ptr<Counter> counter) : m_counter(std::move(counter)) {}
        void abandon() override {
            const MutexLock lock(m_counter->mutex);
            ++m_counter->count;
            m_counter->changed.notifyAll();
        }

    private:
        std::shared_ptr<Counter> m_counter;
    };

    void note(port::RunRequest request) {
        const MutexLock lock(m_mutex);
        m_requests.push_back(std::move(request));
        m_arrived.notifyAll();
    }

    const port::ModelSchema m_schema;
    const Answer m_answer;
    const std::shared_ptr<Counter> m_abandoned = std::make_shared<Counter>();
    mutable Mutex m_mutex;
    Condition m_arrived;
    std::vector<port::RunRequest> m_requests GUARDED_BY(m_mutex);
    std::deque<port::RunCallback> m_waiting GUARDED_BY(m_mutex);
};

} // namespace gnomon::test
