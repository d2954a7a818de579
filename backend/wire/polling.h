// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace gnomon::wire {

// Who waits for the network. gRPC 1.51 waits in whichever threads are at completion queues, one at a time, and one that
// leaves with something to do wakes another to wait on. Its callback interface brings two such threads, and each client
// queue one more; beside a thread that takes calls and computes them, the network changes hands with every call.
//
// As long as one of these exists, only threads of the process's own wait for the network: those that have a
// NetworkWaiter, and this one's thread in their place while there are none or all are held up. Callbacks then run on
// gRPC's executor; client queues should be waited at only while somebody waits for an answer. One a process, before
// anything else of gRPC is made and until all of it has gone; its threads keep the signal mask of the one that makes
// it. How: polling.cpp defines grpc_iomgr_run_in_background(), gRPC's own switch for that, which the loader prefers to
// the library's; a gRPC that does not ask it any more works as ever, only slower.
class NetworkStandIn {
public:
    NetworkStandIn();
    ~NetworkStandIn();
    NetworkStandIn(const NetworkStandIn&) = delete;
    NetworkStandIn& operator=(const NetworkStandIn&) = delete;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// A thread that keeps coming back to a completion queue of a server. Both by that thread.
class NetworkWaiter {
public:
    NetworkWaiter();
    ~NetworkWaiter();
    NetworkWaiter(const NetworkWaiter&) = delete;
    NetworkWaiter& operator=(const NetworkWaiter&) = delete;

    void waits() {
        m_turns.store(m_turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        m_waiting.store(true, std::memory_order_relaxed);
    }
    void works() { m_waiting.store(false, std::memory_order_relaxed); }

private:
    friend class WaiterList;
    std::atomic<bool> m_waiting = false;
    std::atomic<std::uint64_t> m_turns = 0;
    std::uint64_t m_seen = 0; // of m_turns, by the stand-in
};

} // namespace gnomon::wire
