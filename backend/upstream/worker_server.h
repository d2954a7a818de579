// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/log.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gnomon::upstream {

// The descriptor on which a worker says, once, whether it is ready or why not (wire::encodeStatus).
inline constexpr int kWorkerStatusDescriptor = 3;
// How a worker ends that found itself inside a run that nobody waits for and that does not end.
inline constexpr int kWorkerHung = 75;

// What a worker is told: the model it serves, and where.
struct WorkerTask {
    std::string name;             // in messages: "spam-filter v2"
    std::filesystem::path model;  // the file
    std::filesystem::path socket; // made by the worker, below a private folder
    std::filesystem::path onnxLibrary;
    int parent = 0;                                    // process id; the worker ends with it
    std::size_t memoryLimit = 0;                       // bytes of data; 0: no limit
    unsigned threads = 0;                              // of computation; 0: as many as the machine has
    std::uint64_t modelBytes = std::uint64_t{1} << 30; // a larger model is refused
    LogLevel logLevel = LogLevel::Info;                // its lines go where the node's do
    LogFormat logFormat = LogFormat::Text;
};

// The command line after the program's name, and back. Nothing when it is not a worker's.
std::vector<std::string> workerArguments(const WorkerTask& task);
std::optional<WorkerTask> parseWorkerArguments(int argc, const char* const* argv);

// Serves one model on a Unix socket, in a process of its own that dies with its parent, gains no privileges, leaves no
// core and may not use more memory than it was given. Returns the exit code when it could not start; otherwise it runs
// until it is killed: it keeps no state.
int runWorker(const WorkerTask& task);

} // namespace gnomon::upstream
