// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace gnomon::engine {

// Takes the processor from a thread whose work nobody waits for any more, in favour of those that callers wait for. Not
// to be undone without privileges: the thread is of no use afterwards.
void demote(int thread);

// A bulkhead: a few threads and a bounded queue that belong to one version alone, so that nothing it does, not even
// never returning, holds up another version. Threads are started when they are first needed. A thread whose task was
// abandoned is replaced at once and ends by itself when the task does; one whose task outran its slice is replaced
// then. Thread-safe. The destructor gives up what is queued, asks what runs to stop and waits a short grace for it; a
// thread that does not end even then is left behind (and logged), with everything it touches kept alive. The last
// reference may be dropped on one of the lane's own threads.
class Lane {
public:
    struct Options {
        std::string name; // in messages: "spam-filter v3"
        unsigned threads = 1;
        std::size_t queued = 256;             // tasks beyond these are refused with ResourceExhausted
        unsigned abandoned = 16;              // with so many abandoned tasks still running, new ones are refused
        std::chrono::milliseconds grace{300}; // how long the destructor waits
        int niceness = 0;                     // of its threads: how much they yield to others
        // A task that runs for longer goes on with what nobody else wants of the processors, and so do those that begin
        // while it runs; 0: as it began.
        std::chrono::milliseconds slice{0};
    };

    struct Task {
        MonoTime deadline;                 // not started after it: given up with DeadlineExceeded
        std::function<void()> work;        // on a thread of the lane
        std::function<void()> stop;        // asks running work to end; any thread, may come late or twice
        std::function<void(Error)> giveUp; // instead of work; any thread
    };

    // A submitted task.
    class Ticket {
    public:
        virtual ~Ticket() = default;
        // A queued task is given up with Cancelled; a running one is told to stop and loses its place in the lane.
        virtual void abandon() = 0;
        // The thread of a task that was abandoned, and still runs.
        virtual void demote() = 0;
    };

    explicit Lane(Options options);
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Exactly one of work and giveUp is called, giveUp possibly before this returns.
    std::shared_ptr<Ticket> submit(Task task);

private:
    struct Job;
    class State;
    std::shared_ptr<State> m_state; // shared with the lane's threads and the tickets
};

} // namespace gnomon::engine
