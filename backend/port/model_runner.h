// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/domain/tensor.h"
#include "backend/domain/trace_context.h"
#include "backend/domain/version.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::port {

// What a loaded model says of itself.
struct ModelSchema {
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::map<std::string, std::vector<std::string>> classNames; // of flattened ZipMap outputs
    Digest digest; // SHA-256 of the very bytes that were loaded; zero when the runner cannot tell
};

// A started run. Thread-safe.
class Run {
public:
    virtual ~Run() = default;
    // Nobody waits any more: ask the engine to stop, and never let this run hold up another one (the thread that it
    // sits on is replaced). The callback may still come, or never.
    virtual void abandon() = 0;
    // After abandon(), when the run has not ended since: takes the processor from the thread that it sits on, in favour
    // of those that callers wait for. Such a thread may stand still for as long as others have work, holding whatever
    // lock it has just taken: a run that can stop should be left the time to do so. Nothing to do elsewhere.
    virtual void demote() {}
    // False when it shares a batch, or waits for one. Known from the start, so that how it ends has no say in it.
    virtual bool single() const { return true; }
};

struct RunRequest {
    TensorSet inputs;                               // checked against the schema by the caller
    std::vector<std::string> outputs;               // names; empty = all
    MonoTime deadline;                              // the run is of no use after it; a queued run may be given up then
    std::shared_ptr<const TraceContext> trace = {}; // for servers that it is sent to; null: none
    bool background = false;                        // no caller waits: it must not take processor from those that do
    // Set: the runner may compute on the thread that calls run(), which saves handing over. Told of the run before it
    // does; the callback has come when run() returns. Whoever abandons such a run replaces the thread.
    std::function<void(const std::shared_ptr<Run>&)> here = {};
};

struct RunResult {
    TensorSet outputs;
    std::chrono::nanoseconds compute{0}; // inside the engine, without waiting: not for a processor either
    bool single = true;                  // alone, not as part of a batch, so that its latency compares fairly
    // Inside the engine, before and after: inputs made ready, outputs taken. 0 when the runner cannot tell.
    std::chrono::nanoseconds input{0};
    std::chrono::nanoseconds output{0};
};

// Called exactly once per run, from any thread, possibly before run() returns. Must not block.
using RunCallback = std::function<void(Result<RunResult>)>;

// How the process that runs a model does.
struct WorkerState {
    bool up = false;
    std::uint64_t restarts = 0; // since the runner was made

    bool operator==(const WorkerState&) const = default;
};

// One version of a model, loaded and warm. Thread-safe, asynchronous, and may die: after its worker died a run fails
// with Unavailable until the worker is back. Destroying it abandons what still runs.
// Errors: InvalidArgument (the model refused these inputs), DeadlineExceeded, ResourceExhausted (queue full),
// Unavailable (worker gone), Cancelled (abandoned), Internal (the model failed).
class ModelRunner {
public:
    virtual ~ModelRunner() = default;
    virtual const ModelSchema& schema() const = 0;
    virtual std::shared_ptr<Run> run(RunRequest request, RunCallback done) = 0;
    // The process id of the worker; 0 when the model runs in this process.
    virtual int workerProcess() const { return 0; }
    // Absent when the model runs in this process.
    virtual std::optional<WorkerState> workerState() const { return std::nullopt; }
};

enum class Place { InProcess, Worker };

// Makes runners; the one place that knows engines and workers. Thread-safe. create() blocks while the model loads.
class RunnerFactory {
public:
    virtual ~RunnerFactory() = default;
    // model: the file to load. Refusals name the file and the reason: FailedPrecondition (not a model this engine can
    // carry), Unavailable (engine library missing, worker did not start), Corrupt (file unreadable or cut short).
    virtual Result<std::shared_ptr<ModelRunner>> create(const EndpointName& endpoint, VersionNumber version,
                                                        const std::filesystem::path& model, Place place) = 0;
};

} // namespace gnomon::port
