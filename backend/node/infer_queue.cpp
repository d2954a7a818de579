// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/base/periodic.h"
#include "backend/base/thread_name.h"
#include "backend/node/held_replies.h"
#include "backend/node/infer_queue.h"
#include "backend/wire/polling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <list>
#include <optional>
#include <shared_mutex>
#include <thread>
#include <utility>

#include <pthread.h>
#include <time.h>

namespace gnomon::node {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kAwaited = 64;  // calls that gRPC may hand over while the thread is busy
constexpr int kAtOnce = 32;   // arrivals that are looked at before the next one is computed
constexpr auto kThere = 20us; // an arrival that took no longer to come was waiting already, and more may be
// A call that has computed for so long, or waited for so long, holds its thread up: another one takes over. One that
// merely has no processor does not: more threads would not help.
constexpr auto kComputes = 10ms;
constexpr auto kWaits = 200ms;
constexpr auto kLook = 10ms; // how often that is looked at
constexpr auto kShort = 1ms; // a run that takes longer keeps no reply of others
// Whoever has less time left is answered at once: more than it may take to find that a thread is held up.
constexpr auto kInNoHurry = 50ms;
constexpr auto kStays = 1s;       // a thread that was added, so that they do not come and go
constexpr std::size_t kMost = 64; // threads of one queue; so many hold up each other for other reasons
constexpr auto kGrace = 300ms;    // for threads that models hold, at the end

// The way into a queue: gRPC aborts the process when a call enters one that has ended. Outlives the queue for calls
// that are answered later than that. Thread-safe.
class QueueDoor {
public:
    // False, and nothing done, once it is closed.
    template <typename Enter>
    bool pass(const Enter& enter) {
        const std::shared_lock lock(m_mutex);
        if (m_closed) {
            return false;
        }
        enter();
        return true;
    }
    void close() {
        const std::unique_lock lock(m_mutex);
        m_closed = true;
    }

private:
    std::shared_mutex m_mutex;
    bool m_closed = false; // of the mutex
};

class CallImpl final : public QueuedCall, public HeldReplies::Call {
public:
    explicit CallImpl(const std::shared_ptr<QueueDoor>& door) : m_door(door) {}
    grpc::ServerContext& context() override { return m_context; }
    const grpc::ByteBuffer& request() const override { return m_request; }
    void finish(const grpc::ByteBuffer& response) override {
        HeldReplies* const held = HeldReplies::ofThisThread();
        if (held == nullptr || m_context.deadline() - std::chrono::system_clock::now() < kInNoHurry) {
            send(response);
        } else {
            held->add(*this, response, Steady::now());
        }
    }
    void send(const grpc::ByteBuffer& response) override {
        leave([&] { m_writer.Finish(response, grpc::Status::OK, this); });
    }
    void fail(const grpc::Status& status) override {
        leave([&] { m_writer.FinishWithError(status, this); });
    }

    // The next call.
    static void await(const std::shared_ptr<QueueDoor>& door, const InferQueue::Request& request,
                      grpc::ServerCompletionQueue& queue) {
        auto call = std::make_unique<CallImpl>(door);
        if (door->pass([&] { request(&call->m_context, &call->m_request, &call->m_writer, &queue, call.get()); })) {
            call.release(); // NOLINT(bugprone-unused-return-value): the queue's
        }
    }
    std::atomic<bool> arrived = false; // of the threads of the queue, in turn

private:
    template <typename Send>
    void leave(const Send& send) {
        const auto door = m_door; // a call that has left may be gone
        if (!door->pass(send)) {
            delete this; // its caller was told that the server ends
        }
    }

    const std::shared_ptr<QueueDoor> m_door;
    grpc::ServerContext m_context;
    grpc::ByteBuffer m_request;
    grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> m_writer{&m_context};
};

} // namespace

class InferQueue::Crew : public std::enable_shared_from_this<Crew> {
public:
    Crew(std::unique_ptr<grpc::ServerCompletionQueue> queue, Request request, Handle handle)
        : m_queue(std::move(queue)), m_request(std::move(request)), m_handle(std::move(handle)) {}

    void start() {
        for (int i = 0; i < kAwaited; ++i) {
            CallImpl::await(m_door, m_request, *m_queue);
        }
        hire();
        m_watch = std::make_unique<Periodic>(kLook, [this] { relieve(); });
    }

    void end() {
        m_watch.reset();
        std::vector<std::shared_ptr<Worker>> workers;
        {
            const MutexLock lock(m_mutex);
            m_ending = true; // from here on there are no new ones
            workers.assign(m_workers.begin(), m_workers.end());
        }
        for (const auto& worker : workers) {
            worker->held.close(); // nobody looks after it any more, and there is nothing to answer on later
        }
        m_door->close();
        m_queue->Shutdown();
        const MutexLock lock(m_mutex);
        std::optional<Steady::time_point> until;
        const auto working = [](const auto& worker) { return !worker->gone; };
        while (std::any_of(m_workers.begin(), m_workers.end(), working)) {
            const bool lostOnly = std::none_of(m_workers.begin(), m_workers.end(),
                                               [](const auto& worker) { return !worker->gone && !worker->lost; });
            if (!lostOnly) {
                m_changed.wait(m_mutex);
                continue;
            }
            until = until.value_or(Steady::now() + kGrace);
            if (!m_changed.waitUntil(m_mutex, *until)) {
                break;
            }
        }
        dropJobs();
        for (const auto& worker : m_workers) {
            if (!worker->thread.joinable()) {
                continue;
            }
            if (worker->gone) {
                worker->thread.join();
            } else {
                logEvent(LogLevel::Warning, "inference_thread_left_behind", {});
                worker->thread.detach();
            }
        }
    }

private:
    struct Worker final : public serving::ComputeThread {
        explicit Worker(const std::shared_ptr<Crew>& of) : crew(of), held(of->m_waiting) {}
        void givenUp() override {
            if (const auto owner = crew.lock()) {
                owner->lose(*this);
            }
        }

        const std::weak_ptr<Crew> crew;
        wire::NetworkWaiter waiter;
        HeldReplies held;
        std::thread thread;
        const Steady::time_point hired = Steady::now();
        std::atomic<Steady::rep> busySince{0}; // 0: waits for work
        Steady::rep seenSince = 0;             // of relieve(): the call that was seen,
        std::chrono::nanoseconds seenCpu{0};   // and what the thread had computed then
        std::atomic<bool> lost = false;        // its computation was given up
        bool gone = false;                     // of the crew's mutex
    };

    void work(const std::shared_ptr<Worker>& self) {
        nameThread("infer");
        HeldReplies::ofThisThread() = &self->held;
        while (take(*self)) {
            if (const auto [call, job] = nextJob(); job) {
                self->busySince.store(Steady::now().time_since_epoch().count(), std::memory_order_relaxed);
                job(self);
                self->busySince.store(0, std::memory_order_relaxed);
            }
            if (dismissed(*self)) {
                self->held.send();
                return;
            }
        }
        self->held.send();
        const MutexLock lock(m_mutex);
        leave(*self);
    }

    // Looks at what has arrived; waits for it when there is no job. False when the queue has ended, and no job is left.
    bool take(Worker& worker) {
        bool more = true;
        for (int i = 0; i < kAtOnce && more; ++i) {
            const bool waits = m_waiting.load(std::memory_order_relaxed) == 0;
            const auto before = Steady::now();
            void* tag = nullptr;
            bool fine = false;
            waits ? worker.held.send() : worker.held.sendDue(before);
            worker.waiter.waits();
            const auto status = next(waits, tag, fine);
            worker.waiter.works();
            switch (status) {
            case grpc::CompletionQueue::SHUTDOWN:
                return !waits;
            case grpc::CompletionQueue::TIMEOUT:
                return true;
            case grpc::CompletionQueue::GOT_EVENT:
                break;
            }
            look(static_cast<CallImpl*>(tag), fine);
            more = !waits || m_waiting.load(std::memory_order_relaxed) == 0 || Steady::now() - before < kThere;
        }
        return true;
    }

    grpc::CompletionQueue::NextStatus next(bool waits, void*& tag, bool& fine) {
        if (!waits) {
            return m_queue->AsyncNext(&tag, &fine, std::chrono::system_clock::time_point());
        }
        // Jobs that another thread leaves behind are not told of.
        return m_alone.load(std::memory_order_relaxed)
                   ? (m_queue->Next(&tag, &fine) ? grpc::CompletionQueue::GOT_EVENT : grpc::CompletionQueue::SHUTDOWN)
                   : m_queue->AsyncNext(&tag, &fine, std::chrono::system_clock::now() + kLook);
    }

    void look(CallImpl* call, bool fine) {
        if (call->arrived || !fine) { // answered, or the server ends
            delete call;
            return;
        }
        call->arrived = true;
        CallImpl::await(m_door, m_request, *m_queue);
        if (Job job = m_handle(*call)) {
            const MutexLock lock(m_jobsMutex);
            m_jobs.emplace_back(call, std::move(job));
            ++m_waiting;
        }
    }

    std::pair<CallImpl*, Job> nextJob() {
        const MutexLock lock(m_jobsMutex);
        if (m_jobs.empty()) {
            return {};
        }
        auto job = std::move(m_jobs.front());
        m_jobs.pop_front();
        --m_waiting;
        return job;
    }
    // At the end, when nobody is left to do them.
    void dropJobs() {
        const MutexLock lock(m_jobsMutex);
        for (const auto& [call, job] : m_jobs) {
            call->fail({grpc::StatusCode::CANCELLED, "the node stops"});
        }
        m_jobs.clear();
        m_waiting = 0;
    }

    void hire() {
        const MutexLock lock(m_mutex);
        hireLocked();
    }
    void hireLocked() REQUIRES(m_mutex) {
        m_workers.remove_if([](const auto& worker) {
            if (worker->gone) {
                worker->thread.join(); // it has nothing left to do but send what it holds and return
            }
            return worker->gone;
        });
        if (m_ending || m_workers.size() >= kMost) {
            return;
        }
        const auto worker = std::make_shared<Worker>(shared_from_this());
        try {
            worker->thread = std::thread([crew = shared_from_this(), worker] { crew->work(worker); });
            m_workers.push_back(worker);
            m_alone = m_workers.size() == 1;
        } catch (const std::system_error&) {
            if (const auto now = Steady::now(); now >= m_complainsAt) {
                logEvent(LogLevel::Warning, "inference_thread_refused", {});
                m_complainsAt = now + 1s;
            }
        }
    }

    // Another thread when all are held up; what one of them would have sent does not wait for it.
    void relieve() {
        std::vector<std::shared_ptr<Worker>> busy;
        const auto now = Steady::now().time_since_epoch();
        {
            const MutexLock lock(m_mutex);
            bool all = true;
            for (const auto& worker : m_workers) {
                const auto since = worker->busySince.load(std::memory_order_relaxed);
                if (since != 0 && now - Steady::duration(since) > kShort) {
                    busy.push_back(worker);
                }
                all = (worker->gone || isHeldUp(*worker)) && all;
            }
            if (all) {
                hireLocked();
            }
        }
        for (const auto& worker : busy) {
            worker->held.send();
        }
    }

    static bool isHeldUp(Worker& worker) {
        const auto since = worker.busySince.load(std::memory_order_relaxed);
        if (since == 0) {
            return false;
        }
        clockid_t clock{};
        timespec used{};
        if (pthread_getcpuclockid(worker.thread.native_handle(), &clock) != 0 || clock_gettime(clock, &used) != 0) {
            return true;
        }
        const auto cpu = std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
        if (worker.seenSince != since) {
            worker.seenSince = since;
            worker.seenCpu = cpu;
            return false;
        }
        return cpu - worker.seenCpu > kComputes || Steady::now().time_since_epoch() - Steady::duration(since) > kWaits;
    }

    void lose(Worker& worker) {
        const MutexLock lock(m_mutex);
        worker.lost = true;
        hireLocked();
        m_changed.notifyAll();
    }

    // Whether the thread is one too many now, or of no more use.
    bool dismissed(Worker& worker) {
        if (m_alone.load(std::memory_order_relaxed) && !worker.lost) {
            return false;
        }
        const MutexLock lock(m_mutex);
        const bool idle = std::any_of(m_workers.begin(), m_workers.end(), [&](const auto& other) {
            return other.get() != &worker && !other->gone && !other->lost &&
                   other->busySince.load(std::memory_order_relaxed) == 0;
        });
        if (!worker.lost && (!idle || m_waiting > 0 || Steady::now() - worker.hired < kStays)) {
            return false;
        }
        leave(worker);
        return true;
    }
    void leave(Worker& worker) REQUIRES(m_mutex) {
        worker.gone = true;
        m_alone =
            std::count_if(m_workers.begin(), m_workers.end(), [](const auto& other) { return !other->gone; }) == 1;
        m_changed.notifyAll();
    }

    const std::unique_ptr<grpc::ServerCompletionQueue> m_queue;
    const std::shared_ptr<QueueDoor> m_door = std::make_shared<QueueDoor>();
    const Request m_request;
    const Handle m_handle;
    std::unique_ptr<Periodic> m_watch;
    Mutex m_jobsMutex;
    std::deque<std::pair<CallImpl*, Job>> m_jobs GUARDED_BY(m_jobsMutex); // in the order of their calls
    std::atomic<std::size_t> m_waiting = 0;                               // of them
    Mutex m_mutex;
    Condition m_changed;
    std::list<std::shared_ptr<Worker>> m_workers GUARDED_BY(m_mutex);
    Steady::time_point m_complainsAt GUARDED_BY(m_mutex);
    bool m_ending GUARDED_BY(m_mutex) = false;
    std::atomic<bool> m_alone = false; // one thread only: nobody to dismiss
};

unsigned InferQueue::queues() {
    return std::max(1U, std::thread::hardware_concurrency() / 2);
}

InferQueue::InferQueue(Queues queues, const Request& request, const Handle& handle) {
    for (auto& queue : queues) {
        m_crews.push_back(std::make_shared<Crew>(std::move(queue), request, handle));
        m_crews.back()->start();
    }
}

InferQueue::~InferQueue() {
    end();
}

void InferQueue::end() {
    for (const auto& crew : m_crews) {
        crew->end();
    }
    m_crews.clear();
}

} // namespace gnomon::node
