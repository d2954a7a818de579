// SPDX-License-Identifier: GPL-3.0-or-later
// A worker as a node starts it, and two that fail the way only real processes can.
#include "backend/upstream/worker_server.h"

#include <csignal>
#include <unistd.h>

int main(int argc, char** argv) {
    const auto task = gnomon::upstream::parseWorkerArguments(argc, argv);
    if (!task) {
        return 2;
    }
    if (task->name == "dies") {
        std::signal(SIGSEGV, SIG_DFL); // a sanitizer has its own
        std::raise(SIGSEGV);
    }
    while (task->name == "says nothing") {
        pause();
    }
    return gnomon::upstream::runWorker(*task);
}
