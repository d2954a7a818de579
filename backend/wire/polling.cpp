// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/wire/polling.h"
#include "backend/base/mutex.h" // before gRPC, which brings macros of the same names
#include "backend/base/thread_name.h"

#include <grpcpp/completion_queue.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace {

std::atomic<bool> standIn{false};

} // namespace

__attribute__((visibility("default"))) bool grpc_iomgr_run_in_background();
__attribute__((visibility("default"))) bool grpc_iomgr_run_in_background() {
    return standIn;
}

namespace gnomon::wire {

namespace {

constexpr std::chrono::milliseconds kLook{10}; // the longest that nobody waits

} // namespace

class WaiterList {
public:
    static WaiterList& get() {
        static WaiterList list;
        return list;
    }
    void add(NetworkWaiter& waiter) {
        const MutexLock lock(m_mutex);
        m_waiters.push_back(&waiter);
    }
    void remove(NetworkWaiter& waiter) {
        const MutexLock lock(m_mutex);
        std::erase(m_waiters, &waiter);
    }
    // Whether one waits, or has waited since the last look.
    bool covered() {
        const MutexLock lock(m_mutex);
        bool covered = false;
        for (NetworkWaiter* waiter : m_waiters) {
            const std::uint64_t turns = waiter->m_turns.load(std::memory_order_relaxed);
            covered = covered || waiter->m_waiting.load(std::memory_order_relaxed) || turns != waiter->m_seen;
            waiter->m_seen = turns;
        }
        return covered;
    }

private:
    Mutex m_mutex;
    std::vector<NetworkWaiter*> m_waiters GUARDED_BY(m_mutex);
};

class NetworkStandIn::Impl {
public:
    Impl() : m_thread([this](const std::stop_token& stop) { run(stop); }) {}
    ~Impl() {
        m_thread.request_stop();
        m_thread.join();
        m_queue.Shutdown();
        void* tag = nullptr;
        bool ok = false;
        while (m_queue.Next(&tag, &ok)) {
        }
    }

private:
    void run(const std::stop_token& stop) {
        nameThread("network");
        while (!stop.stop_requested()) {
            if (WaiterList::get().covered()) {
                std::this_thread::sleep_for(kLook);
            } else { // nothing is ever put into this queue: whoever waits here sees to everybody's connections
                void* tag = nullptr;
                bool ok = false;
                m_queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + kLook);
            }
        }
    }

    grpc::CompletionQueue m_queue;
    std::jthread m_thread;
};

NetworkStandIn::NetworkStandIn() {
    standIn = true;
    m_impl = std::make_unique<Impl>();
}

NetworkStandIn::~NetworkStandIn() {
    m_impl.reset();
    standIn = false;
}

NetworkWaiter::NetworkWaiter() {
    WaiterList::get().add(*this);
}

NetworkWaiter::~NetworkWaiter() {
    WaiterList::get().remove(*this);
}

} // namespace gnomon::wire
