// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/batching_runner.h"

#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/base/random.h"
#include "backend/base/token_bucket.h"
#include "backend/upstream/batch.h"
#include "backend/wire/model_description.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace gnomon::upstream {

namespace {

using std::chrono::steady_clock;

constexpr double kSingleShare = 1.0 / 16;
// Latencies are compared by ten pairs a second (monitor::Thinning); a single run costs as much as a batch of many rows.
constexpr double kSinglesPerSecond = 50;
constexpr double kSinglesAtOnce = 10;

// Which requests are run alone. Thread-safe.
class SingleChoice {
public:
    bool next() {
        if (m_random.unit() >= kSingleShare) {
            return false;
        }
        const MonoTime now = steady_clock::now();
        const MutexLock lock(m_mutex);
        if (m_bucket.wait(now).count() > 0) {
            return false;
        }
        m_bucket.take(now);
        return true;
    }

private:
    SystemRandom m_random;
    Mutex m_mutex;
    TokenBucket m_bucket GUARDED_BY(m_mutex){kSinglesPerSecond, kSinglesAtOnce};
};

struct Batch;

// One request that waits for its batch, or is part of one.
struct Member {
    port::RunRequest request;
    port::RunCallback done;
    std::int64_t rows = 0;
};

// Requests that are run together. Its members are constant once it has left the collector.
struct Batch {
    std::vector<std::shared_ptr<Member>> members;
    std::int64_t rows = 0;
    std::size_t bytes = 0;
    MonoTime due;

    // Guarded by the collector's mutex.
    std::vector<std::shared_ptr<port::Run>> runs;
    std::size_t abandoned = 0;

    std::vector<TensorSet> inputs() const {
        std::vector<TensorSet> all;
        for (const auto& member : members) {
            all.push_back(member->request.inputs);
        }
        return all;
    }
    port::RunRequest joined() const {
        port::RunRequest request{joinRows(inputs()), members.front()->request.outputs, {}};
        request.background = members.front()->request.background;
        for (const auto& member : members) {
            request.deadline = std::max(request.deadline, member->request.deadline);
        }
        return request;
    }
};

std::size_t bytesOf(const TensorSet& inputs) {
    std::size_t bytes = 0;
    for (const TensorView& tensor : inputs.tensors) {
        bytes += tensor.data.size();
    }
    return bytes;
}

class Collector : public std::enable_shared_from_this<Collector> {
public:
    Collector(std::shared_ptr<port::ModelRunner> inner, BatchingOptions options)
        : m_inner(std::move(inner)), m_options(std::move(options)) {}

    port::ModelRunner& inner() const { return *m_inner; }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) {
        const std::optional<std::int64_t> rows = rowsOf(request.inputs);
        const MonoTime due = steady_clock::now() + m_options.window;
        if (!rows || *rows >= m_options.rows || request.deadline <= due || m_off || m_options.singly()) {
            return m_inner->run(std::move(request), std::move(done));
        }
        const auto member = std::make_shared<Member>(Member{std::move(request), std::move(done), *rows});
        std::shared_ptr<Batch> batch;
        std::vector<std::shared_ptr<Batch>> ready;
        {
            const MutexLock lock(m_mutex);
            if (m_pending != nullptr && !fits(*m_pending, *member)) {
                ready.push_back(std::exchange(m_pending, nullptr));
            }
            if (m_pending == nullptr) {
                m_pending = std::make_shared<Batch>();
                m_pending->due = due;
                m_changed.notifyAll();
            }
            batch = m_pending;
            batch->members.push_back(member);
            batch->rows += member->rows;
            batch->bytes += bytesOf(member->request.inputs);
            if (batch->rows >= m_options.rows || batch->bytes >= m_options.bytes) {
                ready.push_back(std::exchange(m_pending, nullptr));
            }
        }
        for (const auto& full : ready) {
            start(full);
        }
        return std::make_shared<MemberRun>(shared_from_this(), std::move(batch), member);
    }

    // The timer's thread: starts batches whose first request has waited long enough, until stop().
    void keepTime() {
        for (;;) {
            std::shared_ptr<Batch> due;
            {
                const MutexLock lock(m_mutex);
                while (m_pending == nullptr && !m_stopped) {
                    m_changed.wait(m_mutex);
                }
                const std::shared_ptr<Batch> awaited = m_pending;
                while (!m_stopped && m_pending == awaited && m_changed.waitUntil(m_mutex, awaited->due)) {
                }
                if (m_stopped) {
                    return;
                }
                if (m_pending == awaited) {
                    due = std::exchange(m_pending, nullptr);
                }
            }
            if (due != nullptr) {
                start(due);
            }
        }
    }

    void stop() {
        std::shared_ptr<Batch> pending;
        {
            const MutexLock lock(m_mutex);
            m_stopped = true;
            pending = std::exchange(m_pending, nullptr);
            m_changed.notifyAll();
        }
        if (pending != nullptr) {
            fail(*pending, {ErrorCode::Cancelled, m_options.name + ": the model is being unloaded"});
        }
    }

private:
    class MemberRun final : public port::Run {
    public:
        MemberRun(const std::shared_ptr<Collector>& collector, std::shared_ptr<Batch> batch,
                  std::shared_ptr<Member> member)
            : m_collector(collector), m_batch(std::move(batch)), m_member(std::move(member)) {}
        void abandon() override {
            if (const auto collector = m_collector.lock()) {
                collector->abandon(*m_batch, std::exchange(m_member, nullptr));
            }
        }
        bool single() const override { return false; } // even alone in the end, it has waited for company

    private:
        std::weak_ptr<Collector> m_collector;
        std::shared_ptr<Batch> m_batch;
        std::shared_ptr<Member> m_member;
    };

    bool fits(const Batch& batch, const Member& member) const REQUIRES(m_mutex) {
        const port::RunRequest& first = batch.members.front()->request;
        return batch.rows + member.rows <= m_options.rows && canJoin(first.inputs, member.request.inputs) &&
               first.outputs == member.request.outputs && first.background == member.request.background;
    }

    void start(const std::shared_ptr<Batch>& batch) {
        if (batch->members.empty()) {
            return;
        }
        if (m_off || batch->members.size() == 1) {
            runSingly(batch);
        } else if (m_proofs < m_options.proofs) {
            prove(batch);
        } else {
            runJoined(batch);
        }
    }

    // Abandons the run at once when everybody has gone already.
    void remember(Batch& batch, std::shared_ptr<port::Run> run) {
        bool useless = false;
        {
            const MutexLock lock(m_mutex);
            useless = batch.abandoned >= batch.members.size();
            batch.runs.push_back(run);
        }
        if (useless) {
            run->abandon();
        }
    }

    void runJoined(const std::shared_ptr<Batch>& batch) {
        // Not a shared handle on this: when the runner goes, its inner runner must go and end what runs.
        const std::weak_ptr<Collector> weak = weak_from_this();
        remember(*batch, m_inner->run(batch->joined(), [weak, batch](Result<port::RunResult> result) {
            const std::shared_ptr<Collector> self = weak.lock();
            if (!result.ok()) {
                const bool content =
                    result.error().code == ErrorCode::InvalidArgument || result.error().code == ErrorCode::Internal;
                if (content && self != nullptr) {
                    self->runSingly(batch);
                } else {
                    fail(*batch, result.error());
                }
                return;
            }
            std::vector<std::int64_t> rows;
            for (const auto& member : batch->members) {
                rows.push_back(member->rows);
            }
            std::optional<std::vector<TensorSet>> parts = splitRows(result->outputs, rows);
            if (!parts && self != nullptr) {
                self->turnOff("an answer has not one row per row asked");
                self->runSingly(batch);
                return;
            }
            if (!parts) {
                fail(*batch, {ErrorCode::Internal, "an answer has not one row per row asked"});
                return;
            }
            for (std::size_t i = 0; i < parts->size(); ++i) {
                batch->members[i]->done(port::RunResult{std::move((*parts)[i]), result->compute, false});
            }
        }));
    }

    void runSingly(const std::shared_ptr<Batch>& batch) {
        for (const auto& member : batch->members) {
            remember(*batch, m_inner->run(member->request, [member](Result<port::RunResult> result) {
                if (result.ok()) {
                    result->single = false; // it has waited for company
                }
                member->done(std::move(result));
            }));
        }
    }

    // Answers the members one by one; when all have succeeded, runs them as a whole and compares.
    void prove(const std::shared_ptr<Batch>& batch) {
        struct Proof {
            Mutex mutex;
            std::vector<std::optional<TensorSet>> answers GUARDED_BY(mutex);
            std::size_t open GUARDED_BY(mutex) = 0;
        };
        const auto proof = std::make_shared<Proof>();
        {
            const MutexLock lock(proof->mutex);
            proof->answers.resize(batch->members.size());
            proof->open = batch->members.size();
        }
        const std::weak_ptr<Collector> weak = weak_from_this();
        for (std::size_t i = 0; i < batch->members.size(); ++i) {
            remember(*batch, m_inner->run(batch->members[i]->request, [weak, batch, proof, i](auto result) {
                bool last = false;
                std::vector<TensorSet> answers;
                {
                    const MutexLock lock(proof->mutex);
                    if (result.ok()) {
                        proof->answers[i] = result->outputs;
                    }
                    last = --proof->open == 0;
                    for (const auto& answer : proof->answers) {
                        if (last && answer) {
                            answers.push_back(*answer);
                        }
                    }
                }
                if (result.ok()) {
                    result->single = false;
                }
                batch->members[i]->done(std::move(result));
                const std::shared_ptr<Collector> self = weak.lock();
                if (self != nullptr && answers.size() == batch->members.size()) {
                    self->compare(batch, std::move(answers));
                }
            }));
        }
    }

    void compare(const std::shared_ptr<Batch>& batch, std::vector<TensorSet> answers) {
        std::vector<std::int64_t> rows;
        for (const auto& member : batch->members) {
            rows.push_back(member->rows);
        }
        port::RunRequest request = batch->joined();
        request.deadline = std::max(request.deadline, steady_clock::now() + std::chrono::seconds(1));
        (void)m_inner->run(
            std::move(request), [weak = weak_from_this(), rows, answers = std::move(answers)](auto result) {
                const std::shared_ptr<Collector> self = weak.lock();
                if (self == nullptr || (!result.ok() && result.error().code != ErrorCode::InvalidArgument &&
                                        result.error().code != ErrorCode::Internal)) {
                    return; // nothing learnt
                }
                const auto parts = result.ok() ? splitRows(result->outputs, rows) : std::nullopt;
                const bool same =
                    parts && std::equal(parts->begin(), parts->end(), answers.begin(), answers.end(), sameAnswers);
                if (same) {
                    ++self->m_proofs;
                } else {
                    self->turnOff("a batch is not answered as its rows are one by one");
                }
            });
    }

    void turnOff(const std::string& reason) {
        if (!m_off.exchange(true)) {
            logEvent(LogLevel::Info, "batching_off", {{"model", m_options.name}, {"reason", reason}});
        }
    }

    static void fail(const Batch& batch, const Error& error) {
        for (const auto& member : batch.members) {
            member->done(error);
        }
    }

    void abandon(Batch& batch, const std::shared_ptr<Member>& member) {
        if (member == nullptr) {
            return; // abandoned before
        }
        bool waiting = false;
        std::vector<std::shared_ptr<port::Run>> useless;
        {
            const MutexLock lock(m_mutex);
            waiting = m_pending.get() == &batch;
            if (waiting) {
                std::erase(batch.members, member);
                batch.rows -= member->rows;
                if (batch.members.empty()) {
                    m_pending = nullptr;
                    m_changed.notifyAll();
                }
            } else if (++batch.abandoned >= batch.members.size()) {
                useless = batch.runs;
            }
        }
        if (waiting) {
            member->done(Error{ErrorCode::Cancelled, m_options.name + ": the run was abandoned before it started"});
        }
        for (const auto& run : useless) {
            run->abandon();
        }
    }

    const std::shared_ptr<port::ModelRunner> m_inner;
    const BatchingOptions m_options;
    std::atomic<bool> m_off = false;
    std::atomic<unsigned> m_proofs = 0;
    Mutex m_mutex;
    Condition m_changed;
    std::shared_ptr<Batch> m_pending GUARDED_BY(m_mutex);
    bool m_stopped GUARDED_BY(m_mutex) = false;
};

class BatchingRunner final : public port::ModelRunner {
public:
    BatchingRunner(std::shared_ptr<port::ModelRunner> inner, BatchingOptions options)
        : m_collector(std::make_shared<Collector>(std::move(inner), std::move(options))),
          m_timer([collector = m_collector] { collector->keepTime(); }) {}

    ~BatchingRunner() override {
        m_collector->stop();
        if (m_timer.get_id() == std::this_thread::get_id()) {
            m_timer.detach(); // the last reference went in a callback; the thread returns right after it
        } else {
            m_timer.join();
        }
    }

    const port::ModelSchema& schema() const override { return m_collector->inner().schema(); }
    int workerProcess() const override { return m_collector->inner().workerProcess(); }
    std::optional<port::WorkerState> workerState() const override { return m_collector->inner().workerState(); }
    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        return m_collector->run(std::move(request), std::move(done));
    }

private:
    const std::shared_ptr<Collector> m_collector; // shared with its timer
    std::thread m_timer;
};

} // namespace

std::shared_ptr<port::ModelRunner> makeBatchingRunner(std::shared_ptr<port::ModelRunner> inner,
                                                      BatchingOptions options) {
    if (!wire::takesBatches(inner->schema())) {
        return inner;
    }
    if (!options.singly) {
        options.singly = [choice = std::make_shared<SingleChoice>()] { return choice->next(); };
    }
    return std::make_shared<BatchingRunner>(std::move(inner), std::move(options));
}

} // namespace gnomon::upstream
