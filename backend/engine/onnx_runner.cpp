// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/onnx_runner.h"

#include "backend/base/mutex.h"
#include "backend/engine/lane.h"
#include "backend/engine/onnx_model.h"

#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace gnomon::engine {

namespace {

// About a tenth of what a caller's thread gets, where both want it; all there is where nobody else does.
constexpr int kBackground = 10;
// Newer schedulers let whoever computes finish a turn of several milliseconds before a caller's thread gets its own,
// however nice it is. What takes longer than this, a run that hangs first of all, waits until nobody wants anything.
constexpr std::chrono::milliseconds kBackgroundSlice{10};

Lane::Options inBackground(Lane::Options options) {
    options.niceness = kBackground;
    options.slice = kBackgroundSlice;
    return options;
}

// What a run, its ticket and the lane's thread share.
struct RunState {
    Ort::RunOptions options; // SetTerminate() is the one call that is made while another thread runs with it
    std::atomic<bool> abandoned = false;
    Mutex mutex;
    bool ended GUARDED_BY(mutex) = false; // on the thread of whoever asked, who has other work now
};

class OnnxRun final : public port::Run {
public:
    OnnxRun(std::shared_ptr<RunState> state, std::shared_ptr<Lane::Ticket> ticket)
        : m_state(std::move(state)), m_ticket(std::move(ticket)) {}

    void abandon() override {
        m_state->abandoned = true;
        m_ticket->abandon();
    }
    void demote() override { m_ticket->demote(); }

private:
    std::shared_ptr<RunState> m_state;
    std::shared_ptr<Lane::Ticket> m_ticket;
};

// On the thread of whoever asked.
class RunHere final : public port::Run {
public:
    explicit RunHere(std::shared_ptr<RunState> state) : m_state(std::move(state)), m_thread(::gettid()) {}

    void abandon() override {
        m_state->abandoned = true;
        m_state->options.SetTerminate();
    }
    void demote() override {
        const MutexLock lock(m_state->mutex);
        if (!m_state->ended) {
            engine::demote(m_thread);
        }
    }

private:
    std::shared_ptr<RunState> m_state;
    pid_t m_thread;
};

class OnnxRunner final : public port::ModelRunner {
public:
    OnnxRunner(std::shared_ptr<OnnxModel> model, Lane::Options lane)
        : m_model(std::move(model)), m_name(lane.name), m_mostHere(lane.threads), m_background(inBackground(lane)),
          m_lane(std::move(lane)) {}

    const port::ModelSchema& schema() const override { return m_model->schema(); }

    std::shared_ptr<port::Run> run(port::RunRequest request, port::RunCallback done) override {
        const auto state = std::make_shared<RunState>();
        if (request.here && enterHere()) {
            return runHere(state, request, done);
        }
        const auto shared = std::make_shared<const port::RunCallback>(std::move(done));
        Lane& lane = request.background ? m_background : m_lane;
        Lane::Task task;
        task.deadline = request.deadline;
        // The model, not the runner: a run that never ends must not keep the lane it was thrown out of.
        task.work = [model = m_model, name = m_name, state, shared, asked = std::move(request)] {
            Result<port::RunResult> result = model->run(asked.inputs, asked.outputs, state->options);
            if (!result.ok() && state->abandoned) {
                result = Error{ErrorCode::Cancelled, name + ": the run was abandoned"};
            }
            (*shared)(std::move(result));
        };
        task.stop = [state] { state->options.SetTerminate(); };
        task.giveUp = [shared](Error error) { (*shared)(std::move(error)); };
        return std::make_shared<OnnxRun>(state, lane.submit(std::move(task)));
    }

private:
    // A model that does not come back must not take more threads than the lane would give it.
    bool enterHere() {
        if (++*m_here <= m_mostHere) {
            return true;
        }
        --*m_here;
        return false;
    }

    std::shared_ptr<port::Run> runHere(const std::shared_ptr<RunState>& state, const port::RunRequest& request,
                                       const port::RunCallback& done) {
        // The callback may give up the runner itself.
        const auto here = m_here;
        auto run = std::make_shared<RunHere>(state);
        request.here(run);
        Result<port::RunResult> result = m_model->run(request.inputs, request.outputs, state->options);
        {
            const MutexLock lock(state->mutex);
            state->ended = true;
        }
        --*here;
        if (!result.ok() && state->abandoned) {
            result = Error{ErrorCode::Cancelled, m_name + ": the run was abandoned"};
        }
        done(std::move(result));
        return run;
    }

    const std::shared_ptr<OnnxModel> m_model; // shared with runs and with their outputs
    const std::string m_name;
    const unsigned m_mostHere;
    const std::shared_ptr<std::atomic<unsigned>> m_here = std::make_shared<std::atomic<unsigned>>(0);
    Lane m_background;
    Lane m_lane; // these last: their threads end before the rest goes
};

} // namespace

Result<std::shared_ptr<port::ModelRunner>> makeOnnxRunner(std::shared_ptr<OnnxLibrary> library, const std::string& name,
                                                          const std::filesystem::path& model,
                                                          const OnnxRunnerOptions& options) {
    const Result<ModelFile> file = readModelFile(model, options.mostBytes);
    if (!file.ok()) {
        Error error = file.error();
        error.message.insert(0, name + " cannot be served: ");
        return error;
    }
    GNOMON_ASSIGN(std::shared_ptr<OnnxModel> loaded, OnnxModel::load(std::move(library), name, *file));
    Lane::Options lane;
    lane.name = name;
    lane.threads = options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    lane.queued = options.queued;
    return std::shared_ptr<port::ModelRunner>(std::make_shared<OnnxRunner>(std::move(loaded), std::move(lane)));
}

} // namespace gnomon::engine
