// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/upstream/worker_server.h"

#include "backend/base/log.h"
#include "backend/base/sanitized.h"
#include "backend/engine/onnx_runner.h"
#include "backend/upstream/worker_service.h"
#include "backend/wire/reflection.h"
#include "backend/wire/status.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace gnomon::upstream {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCommand = "--worker";
constexpr int kMostRequestBytes = 256 << 20;
// A model gets this long to notice that it was told to stop.
constexpr auto kStopGrace = 2s;
constexpr int kGoesFirst = 500; // of 1000: /proc/PID/oom_score_adj

// From here on the process can only lose: it dies with its parent and gains nothing.
Status confine(const WorkerTask& task) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (task.parent != 0 && getppid() != task.parent) {
        return Error{ErrorCode::Cancelled, "the parent has gone"};
    }
    // When memory runs out for the whole machine, a worker goes first. Before its files in /proc become root's.
    if (!(std::ofstream("/proc/self/oom_score_adj") << kGoesFirst << std::flush)) {
        logEvent(LogLevel::Warning, "worker_as_precious_as_the_node", {{"model", task.name}});
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    if (task.memoryLimit > 0 && !kSanitized) {
        const rlimit data{task.memoryLimit, task.memoryLimit};
        if (setrlimit(RLIMIT_DATA, &data) != 0) {
            return Error{ErrorCode::Internal, "the memory limit cannot be set"};
        }
    }
    umask(077);
    return {};
}

void report(const Status& status) {
    const std::string bytes = wire::encodeStatus(status);
    (void)!write(kWorkerStatusDescriptor, bytes.data(), bytes.size());
    close(kWorkerStatusDescriptor);
}

// Nobody waits for the run and it does not end: start afresh. Everything else is answered again within a second.
[[noreturn]] void watch(const WorkerTask& task, const AbandonedCalls& abandoned) {
    for (;;) {
        std::this_thread::sleep_for(250ms);
        const std::optional<MonoTime> oldest = abandoned.oldest();
        if (oldest && *oldest + kStopGrace < std::chrono::steady_clock::now()) {
            logEvent(LogLevel::Warning, "worker_hung", {{"model", task.name}});
            _exit(kWorkerHung);
        }
    }
}

Result<std::shared_ptr<port::ModelRunner>> load(const WorkerTask& task) {
    GNOMON_TRY(confine(task));
    GNOMON_ASSIGN(std::shared_ptr<engine::OnnxLibrary> library, engine::OnnxLibrary::open(task.onnxLibrary));
    return engine::makeOnnxRunner(std::move(library), task.name, task.model,
                                  {.threads = task.threads, .mostBytes = task.modelBytes});
}

} // namespace

std::vector<std::string> workerArguments(const WorkerTask& task) {
    return {std::string(kCommand),
            task.name,
            task.model.string(),
            task.socket.string(),
            task.onnxLibrary.string(),
            std::to_string(task.parent),
            std::to_string(task.memoryLimit),
            std::to_string(task.threads),
            std::to_string(task.modelBytes),
            std::to_string(static_cast<int>(task.logLevel)),
            std::to_string(static_cast<int>(task.logFormat))};
}

std::optional<WorkerTask> parseWorkerArguments(int argc, const char* const* argv) {
    if (argc != 12 || argv[1] != kCommand) {
        return {};
    }
    WorkerTask task{argv[2], argv[3], argv[4], argv[5]};
    task.parent = std::atoi(argv[6]);
    task.memoryLimit = std::strtoull(argv[7], nullptr, 10);
    task.threads = static_cast<unsigned>(std::strtoul(argv[8], nullptr, 10));
    task.modelBytes = std::strtoull(argv[9], nullptr, 10);
    task.logLevel = static_cast<LogLevel>(std::clamp(std::atoi(argv[10]), 0, static_cast<int>(LogLevel::Error)));
    task.logFormat = std::atoi(argv[11]) == 0 ? LogFormat::Text : LogFormat::Json;
    return task;
}

int runWorker(const WorkerTask& task) {
    setLogLevel(task.logLevel);
    setLogFormat(task.logFormat);
    const Result<std::shared_ptr<port::ModelRunner>> runner = load(task);
    if (!runner.ok()) {
        report(runner.error());
        return 1;
    }
    WorkerService service(task.name, *runner);
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + task.socket.string(), grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    wire::keepReflectionOut(builder);
    builder.SetMaxReceiveMessageSize(kMostRequestBytes);
    builder.SetMaxSendMessageSize(-1);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (server == nullptr) {
        report(Error{ErrorCode::Unavailable,
                     "the worker of " + task.name + " cannot listen on '" + task.socket.string() + "'"});
        return 1;
    }
    report({});
    watch(task, service.abandoned());
}

} // namespace gnomon::upstream
