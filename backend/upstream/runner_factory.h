// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <filesystem>
#include <memory>

namespace gnomon::upstream {

struct RunnerFactoryOptions {
    std::filesystem::path onnxLibrary;      // empty: where this build expects it
    std::filesystem::path workerExecutable; // hands a worker's command line to runWorker(); "/proc/self/exe" for a node
    std::filesystem::path socketFolder;     // made, emptied of old sockets and kept private (0700)
    std::uint64_t modelBytes = std::uint64_t{1} << 30; // larger models are refused
    std::size_t workerMemory = std::size_t{4} << 30;
    std::chrono::milliseconds workerStartTimeout{10000};
};

// Place::InProcess: ONNX Runtime in this process. Place::Worker: the same in a worker process, with batching.
// Nothing is opened or started before the first create(); a missing engine library is looked for again each time.
std::unique_ptr<port::RunnerFactory> makeRunnerFactory(RunnerFactoryOptions options);

} // namespace gnomon::upstream
