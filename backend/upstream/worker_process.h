// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/upstream/worker_server.h"

#include <filesystem>
#include <memory>

namespace gnomon::upstream {

// An event that poll() can wait for; set once. Thread-safe.
class StopSignal {
public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    void set();
    // True when it was set before the time came.
    bool waitUntil(MonoTime until) const;
    int descriptor() const { return m_descriptor; }

private:
    const int m_descriptor;
};

// One running worker. One thread uses it, the one that spawned it: the kernel ends a worker when that thread ends.
// The destructor kills it and removes its socket.
class WorkerProcess {
public:
    // Only standard error and the status pipe are passed on. Unavailable when the program cannot be started.
    static Result<std::unique_ptr<WorkerProcess>> spawn(const std::filesystem::path& executable, WorkerTask task);
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    int id() const { return m_id; }
    const std::filesystem::path& socket() const { return m_task.socket; }

    // Waits for the worker to say that it serves. Its own reason when it refuses; FailedPrecondition with the signal's
    // name when loading the model killed it; Unavailable when it says nothing in time; Cancelled when stop was set.
    Status awaitReady(MonoTime until, const StopSignal& stop);
    // How it ended ("killed by SIGSEGV"); Cancelled when stop was set first.
    Result<std::string> awaitEnd(const StopSignal& stop);

private:
    WorkerProcess(WorkerTask task, int id, int descriptor, int status)
        : m_task(std::move(task)), m_id(id), m_descriptor(descriptor), m_status(status) {}
    void reap();

    const WorkerTask m_task;
    const int m_id;         // process id
    const int m_descriptor; // of the process: readable once it has ended
    const int m_status;     // the pipe's reading end
    std::string m_end;      // how it ended; empty: not reaped yet
    bool m_bySignal = false;
};

} // namespace gnomon::upstream
