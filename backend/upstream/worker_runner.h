// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/port/model_runner.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace gnomon::upstream {

struct WorkerOptions {
    std::string name;                   // in messages: "spam-filter v2"
    std::filesystem::path model;        // the file
    std::filesystem::path executable;   // a program that hands a worker's command line to runWorker()
    std::filesystem::path socketFolder; // exists, and is this user's alone (0700)
    std::filesystem::path onnxLibrary;
    std::uint64_t modelBytes = std::uint64_t{1} << 30; // a larger model is refused
    std::size_t memoryLimit = std::size_t{4} << 30;    // bytes of data that the worker may use
    unsigned threads = 0;                              // of computation; 0: as many as the machine has
    std::chrono::milliseconds startTimeout{10000};
};

// Runs a model in a process of its own. Blocks until the worker serves or has said why it cannot (errors as
// port::RunnerFactory::create). When the worker dies, its runs fail with Unavailable and it is started again: at once
// if it had answered anything, otherwise after pauses that grow to 30 s. A model whose file has changed meanwhile is
// not served again.
Result<std::shared_ptr<port::ModelRunner>> makeWorkerRunner(const WorkerOptions& options);

} // namespace gnomon::upstream
