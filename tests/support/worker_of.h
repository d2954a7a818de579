// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/files.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace gnomon::test {

// Process ids of the node's children: its workers.
inline std::set<pid_t> childrenOf(pid_t parent) {
    std::set<pid_t> children;
    // Threads come and go while the folder is read, so nothing here may throw.
    std::error_code gone;
    std::filesystem::directory_iterator tasks("/proc/" + std::to_string(parent) + "/task", gone);
    for (; !gone && tasks != std::filesystem::directory_iterator(); tasks.increment(gone)) {
        const Result<std::string> list = readFile(tasks->path() / "children");
        std::istringstream file(list.ok() ? *list : std::string());
        pid_t child = 0;
        while (file >> child) {
            children.insert(child);
        }
    }
    return children;
}

// The worker that serves the endpoint's version, by its command line.
inline pid_t workerOf(pid_t node, const std::string& name) {
    for (const pid_t child : childrenOf(node)) {
        const Result<std::string> arguments = readFile("/proc/" + std::to_string(child) + "/cmdline");
        if (arguments.ok() && arguments->find(name) != std::string::npos) {
            return child;
        }
    }
    return 0;
}

inline pid_t awaitWorker(pid_t node, const std::string& name, pid_t other) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
        const pid_t worker = workerOf(node, name);
        if (worker != 0 && worker != other) {
            return worker;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return 0;
}

} // namespace gnomon::test
