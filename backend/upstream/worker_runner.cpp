// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/worker_runner.h"

#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/base/random.h"
#include "backend/upstream/oip_runner.h"
#include "backend/upstream/worker_process.h"

#include <sys/un.h>

#include <atomic>
#include <future>
#include <thread>

namespace gnomon::upstream {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLongestPause = 30s;

// failures: deaths in a row without one answer in between. The first is worth an immediate try.
std::chrono::milliseconds pauseAfter(unsigned failures) {
    return failures <= 1 ? 0ms
                         : std::min<std::chrono::milliseconds>(100ms * (1U << std::min(failures, 12U)), kLongestPause);
}

class NothingToAbandon final : public port::Run {
public:
    void abandon() override {}
};

class WorkerRunner final : public port::ModelRunner {
public:
    explicit WorkerRunner(WorkerOptions options) : m_options(std::move(options)) {}

    ~WorkerRunner() override {
        m_stop.set();
        if (m_keeper.joinable()) {
            m_keeper.join();
        }
    }

    Status start() {
        std::promise<Status> first;
        std::future<Status> outcome = first.get_future();
        m_keeper = std::thread([this, first = std::move(first)]() mutable { keep(first); });
        return outcome.get();
    }

    const port::ModelSchema& schema() const override { return m_schema; }

    int workerProcess() const override { return m_process; }

    std::optional<port::WorkerState> workerState() const override {
        const MutexLock lock(m_mutex);
        return port::WorkerState{m_worker != nullptr, m_started > 0 ? m_started - 1 : 0};
    }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        std::shared_ptr<port::ModelRunner> worker;
        std::string reason;
        {
            const MutexLock lock(m_mutex);
            worker = m_worker;
            reason = m_reason;
        }
        if (worker == nullptr) {
            done(Error{ErrorCode::Unavailable, m_options.name + ": its worker is away, " + reason});
            return std::make_shared<NothingToAbandon>();
        }
        return worker->run(std::move(request), [answered = m_answered, done = std::move(done)](auto result) {
            if (result.ok()) {
                *answered = true;
            }
            done(std::move(result));
        });
    }

private:
    // The keeper's thread, from the first worker to the last.
    void keep(std::promise<Status>& first) {
        bool isFirst = true;
        unsigned failures = 0;
        for (;;) {
            *m_answered = false;
            const Result<std::unique_ptr<WorkerProcess>> worker = launch(isFirst);
            if (isFirst) {
                isFirst = false;
                first.set_value(worker.ok() ? Status() : Status(worker.error()));
                if (!worker.ok()) {
                    return;
                }
            }
            if (!worker.ok() && worker.error().code == ErrorCode::Cancelled) {
                return;
            }
            std::string reason = worker.ok() ? "" : worker.error().message;
            if (worker.ok()) {
                const Result<std::string> end = (*worker)->awaitEnd(m_stop);
                setAway(end.ok() ? "it " + *end : "");
                if (!end.ok()) {
                    return;
                }
                reason = *end;
            } else {
                setAway(reason);
            }
            failures = *m_answered ? 0 : failures + 1;
            const std::chrono::milliseconds pause = pauseAfter(failures);
            logEvent(LogLevel::Warning, "worker_lost",
                     {{"model", m_options.name}, {"reason", reason}, {"pause_ms", std::to_string(pause.count())}});
            if (m_stop.waitUntil(steady_clock::now() + pause)) {
                return;
            }
        }
    }

    // A worker that serves, connected and put in place.
    Result<std::unique_ptr<WorkerProcess>> launch(bool isFirst) {
        WorkerTask task{m_options.name, m_options.model,
                        // A new name each time: nobody's half-closed connection or stale file is in the way.
                        m_options.socketFolder / (SystemRandom().id().substr(0, 12) + ".sock"), m_options.onnxLibrary};
        task.modelBytes = m_options.modelBytes;
        task.memoryLimit = m_options.memoryLimit;
        task.threads = m_options.threads;
        task.logLevel = logLevel();
        task.logFormat = logFormat();
        if (task.socket.native().size() >= sizeof(sockaddr_un::sun_path)) {
            return Error{ErrorCode::FailedPrecondition,
                         "the path '" + task.socket.string() + "' is too long for a socket",
                         "use a shorter path for the state folder"};
        }
        GNOMON_ASSIGN(std::unique_ptr<WorkerProcess> process, WorkerProcess::spawn(m_options.executable, task));
        GNOMON_TRY(process->awaitReady(steady_clock::now() + m_options.startTimeout, m_stop));
        OipTarget target{"unix:" + task.socket.string(), m_options.name, "", "", "", ""};
        GNOMON_ASSIGN(std::shared_ptr<port::ModelRunner> worker, connectOip(target, m_options.startTimeout));
        if (isFirst) {
            m_schema = worker->schema();
        } else if (worker->schema().digest != m_schema.digest) {
            return Error{ErrorCode::FailedPrecondition,
                         "the file of " + m_options.name + " has changed since it was loaded",
                         "put the original file back; a changed model is a new version"};
        }
        const MutexLock lock(m_mutex);
        m_worker = std::move(worker);
        m_process = process->id();
        ++m_started;
        return process;
    }

    void setAway(std::string reason) {
        std::shared_ptr<port::ModelRunner> old; // its end waits for its poller, which may want the lock
        const MutexLock lock(m_mutex);
        // Kept until the next one: its calls are to end because the connection does, not because they were cancelled.
        if (m_worker != nullptr) {
            old = std::exchange(m_gone, std::exchange(m_worker, nullptr));
        }
        m_reason = std::move(reason);
    }

    const WorkerOptions m_options;
    port::ModelSchema m_schema; // constant once start() has returned
    StopSignal m_stop;
    std::atomic<int> m_process = 0; // of the newest worker, also while it is away
    // Whether the newest worker has answered anything; shared with callbacks that may outlive this.
    const std::shared_ptr<std::atomic<bool>> m_answered = std::make_shared<std::atomic<bool>>(false);
    mutable Mutex m_mutex;
    std::uint64_t m_started GUARDED_BY(m_mutex) = 0;                 // workers that served
    std::shared_ptr<port::ModelRunner> m_worker GUARDED_BY(m_mutex); // null while it is away
    std::shared_ptr<port::ModelRunner> m_gone GUARDED_BY(m_mutex);   // the one before
    std::string m_reason GUARDED_BY(m_mutex) = "it starts";
    std::thread m_keeper;
};

} // namespace

Result<std::shared_ptr<port::ModelRunner>> makeWorkerRunner(const WorkerOptions& options) {
    const auto runner = std::make_shared<WorkerRunner>(options);
    GNOMON_TRY(runner->start());
    return std::shared_ptr<port::ModelRunner>(runner);
}

} // namespace gnomon::upstream
