// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/engine/lane.h"

#include "backend/base/log.h"
#include "backend/base/mutex.h"
#include "backend/base/thread_name.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <list>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

namespace gnomon::engine {

void demote(int thread) {
    const sched_param lowest{};
    ::sched_setscheduler(thread, SCHED_IDLE, &lowest);
}

// A task on its way; guarded by the lane's mutex, but for stop, which is constant. work and giveUp are moved out before
// either is called, so that a ticket that is kept does not keep what they hold.
struct Lane::Job {
    explicit Job(Task t) : task(std::move(t)) {}

    Task task;
    enum class Phase { Queued, Running, Ended } phase = Phase::Queued;
    bool abandoned = false;
    bool demoted = false;
    pid_t thread = 0; // that runs it
    MonoTime since;   // it runs
};

class Lane::State : public std::enable_shared_from_this<Lane::State> {
public:
    explicit State(Options options) : m_options(std::move(options)) {}

    void submit(const std::shared_ptr<Job>& job) {
        std::vector<Task> late;
        Task refused;
        Error refusal;
        {
            const MutexLock lock(m_mutex);
            if (m_queue.size() >= m_options.queued) {
                late = takeLate();
            }
            refusal = whyNot();
            if (refusal.message.empty()) {
                m_queue.push_back(job);
                growIfUseful();
                m_wake.notifyOne();
                if (m_serving == 0) {
                    m_queue.pop_back();
                    refusal.message = m_options.name + ": the system gives no more threads";
                }
            }
            if (!refusal.message.empty()) {
                refused = end(*job);
            }
        }
        for (const Task& task : late) {
            task.giveUp(tooLate());
        }
        if (refused.giveUp) {
            refused.giveUp(std::move(refusal));
        }
    }

    void abandon(Job& job) {
        Task queued;
        {
            const MutexLock lock(m_mutex);
            if (job.phase == Job::Phase::Ended || job.abandoned) {
                return;
            }
            job.abandoned = true;
            if (job.phase == Job::Phase::Queued) {
                std::erase_if(m_queue, [&](const auto& other) { return other.get() == &job; });
                queued = end(job);
            } else {
                --m_serving;
                ++m_abandoned;
                growIfUseful();
            }
        }
        if (queued.giveUp) {
            queued.giveUp({ErrorCode::Cancelled, m_options.name + ": the run was abandoned before it started"});
        } else {
            job.task.stop();
        }
    }

    void demote(Job& job) {
        const MutexLock lock(m_mutex);
        if (job.abandoned && job.phase == Job::Phase::Running) {
            demoteRunning(job);
        }
    }

    void close() {
        std::vector<Task> queued;
        std::set<std::shared_ptr<Job>> running;
        {
            const MutexLock lock(m_mutex);
            m_closed = true;
            for (const auto& job : m_queue) {
                queued.push_back(end(*job));
            }
            m_queue.clear();
            running = m_running;
            m_wake.notifyAll();
            m_began.notifyAll();
        }
        for (const Task& task : queued) {
            task.giveUp(closing());
        }
        for (const auto& job : running) {
            job->task.stop();
        }
        awaitThreads();
    }

private:
    struct Worker {
        std::thread thread;
        bool ended = false;
    };

    Error closing() const { return {ErrorCode::Cancelled, m_options.name + ": the model is being unloaded"}; }
    Error tooLate() const {
        return {ErrorCode::DeadlineExceeded, m_options.name + ": the run waited in the queue until its deadline"};
    }

    void demoteRunning(Job& job) REQUIRES(m_mutex) {
        if (!std::exchange(job.demoted, true)) {
            engine::demote(job.thread);
            ++m_demoted;
        }
    }

    // Why a new task is refused; no message when it is not.
    Error whyNot() const REQUIRES(m_mutex) {
        if (m_closed) {
            return closing();
        }
        Error error{ErrorCode::ResourceExhausted, ""};
        if (m_abandoned >= m_options.abandoned) {
            error.message = m_options.name + ": " + std::to_string(m_abandoned) + " abandoned runs have not ended";
        } else if (m_queue.size() >= m_options.queued) {
            error.message = m_options.name + ": " + std::to_string(m_queue.size()) + " runs wait already";
        }
        return error;
    }

    static Task end(Job& job) {
        job.phase = Job::Phase::Ended;
        return {job.task.deadline, std::exchange(job.task.work, nullptr), nullptr,
                std::exchange(job.task.giveUp, nullptr)};
    }

    std::vector<Task> takeLate() REQUIRES(m_mutex) {
        std::vector<Task> late;
        const MonoTime now = std::chrono::steady_clock::now();
        std::erase_if(m_queue, [&](const std::shared_ptr<Job>& job) {
            const bool isLate = job->task.deadline <= now;
            if (isLate) {
                late.push_back(end(*job));
            }
            return isLate;
        });
        return late;
    }

    void growIfUseful() REQUIRES(m_mutex) {
        if (m_closed) {
            return;
        }
        m_workers.remove_if([](Worker& worker) {
            if (worker.ended) {
                worker.thread.join(); // it has nothing left to do but return
            }
            return worker.ended;
        });
        if (m_queue.size() <= m_idle || m_serving >= m_options.threads) {
            return;
        }
        if (startThread("lane", [](State& state, Worker& self) {
                if (state.m_options.niceness > ::getpriority(PRIO_PROCESS, 0)) { // Linux: of this thread alone
                    ::setpriority(PRIO_PROCESS, 0, state.m_options.niceness);
                }
                state.serve(self);
            })) {
            ++m_serving;
        }
        if (m_options.slice.count() > 0 && !m_watched) {
            m_watched = startThread("lane watch", [](State& state, Worker& self) { state.watch(self); });
        }
    }

    // False when the system gives no more threads.
    template <class Body>
    bool startThread(const char* name, Body body) REQUIRES(m_mutex) {
        Worker& worker = m_workers.emplace_back();
        try {
            worker.thread = std::thread([state = shared_from_this(), &worker, name, body] {
                nameThread(name);
                body(*state, worker);
            });
            return true;
        } catch (const std::system_error&) {
            m_workers.pop_back();
            return false;
        }
    }

    // Takes the processor from what outruns its slice, and gives the lane a fresh thread afterwards. Sleeps while
    // nothing runs, so that an idle lane costs nothing; and not before nothing ran for a slice, so that many short runs
    // need not wake it each.
    void watch(Worker& self) {
        const MutexLock lock(m_mutex);
        std::uint64_t seen = 0;
        while (!m_closed) {
            growIfUseful();
            const MonoTime now = std::chrono::steady_clock::now();
            MonoTime next = now + m_options.slice;
            for (const auto& job : m_running) {
                const MonoTime over = job->since + m_options.slice;
                if (over <= now) {
                    demoteRunning(*job);
                } else {
                    next = std::min(next, over);
                }
            }
            if (m_running.empty() && seen == m_begun) {
                m_watchSleeps = true;
                m_began.wait(m_mutex);
                m_watchSleeps = false;
            } else {
                seen = m_begun;
                m_began.waitUntil(m_mutex, next);
            }
        }
        self.ended = true;
        m_ended.notifyAll();
    }

    void serve(Worker& self) {
        bool replaced = false;
        while (!replaced) {
            Task task;
            const std::shared_ptr<Job> job = nextJob(task);
            if (job == nullptr) {
                break;
            }
            if (task.deadline <= std::chrono::steady_clock::now()) {
                task.giveUp(tooLate());
            } else {
                task.work();
            }
            const MutexLock lock(m_mutex);
            job->phase = Job::Phase::Ended;
            m_running.erase(job);
            m_demoted -= job->demoted ? 1 : 0;
            replaced = job->abandoned;
            if (job->demoted && !replaced) {
                break;
            }
        }
        const MutexLock lock(m_mutex);
        --(replaced ? m_abandoned : m_serving);
        self.ended = true;
        m_ended.notifyAll();
        m_began.notifyOne(); // the watch replaces it: from here the new thread would be as slow as this one
    }

    // Null when the lane closes.
    std::shared_ptr<Job> nextJob(Task& task) {
        const MutexLock lock(m_mutex);
        while (m_queue.empty() && !m_closed) {
            ++m_idle;
            m_wake.wait(m_mutex);
            --m_idle;
        }
        if (m_closed) {
            return nullptr;
        }
        std::shared_ptr<Job> job = std::move(m_queue.front());
        m_queue.pop_front();
        task = end(*job);
        job->phase = Job::Phase::Running;
        job->thread = ::gettid();
        job->since = std::chrono::steady_clock::now();
        m_running.insert(job);
        ++m_begun;
        if (m_options.slice.count() > 0 && m_demoted > 0) { // this one is unlikely to be any faster
            demoteRunning(*job);
        }
        if (m_watchSleeps) {
            m_began.notifyOne();
        }
        return job;
    }

    void awaitThreads() {
        const MonoTime until = std::chrono::steady_clock::now() + m_options.grace;
        const MutexLock lock(m_mutex);
        const auto isBusy = [](const Worker& worker) {
            return !worker.ended && worker.thread.get_id() != std::this_thread::get_id();
        };
        while (std::any_of(m_workers.begin(), m_workers.end(), isBusy) && m_ended.waitUntil(m_mutex, until)) {
        }
        for (Worker& worker : m_workers) {
            if (worker.ended) {
                worker.thread.join();
                continue;
            }
            if (isBusy(worker)) {
                logEvent(LogLevel::Warning, "lane_thread_left_behind", {{"lane", m_options.name}});
            }
            worker.thread.detach(); // its closure keeps this state alive until it returns, if it ever does
        }
    }

    const Options m_options;
    Mutex m_mutex;
    Condition m_wake;  // a job was queued, or the lane closes
    Condition m_ended; // a thread ended
    Condition m_began; // for the watch: a job began to run, a thread ended, or the lane closes
    std::deque<std::shared_ptr<Job>> m_queue GUARDED_BY(m_mutex);
    std::set<std::shared_ptr<Job>> m_running GUARDED_BY(m_mutex);
    std::list<Worker> m_workers GUARDED_BY(m_mutex);
    std::size_t m_idle GUARDED_BY(m_mutex) = 0;   // threads that wait for a job, woken or not
    unsigned m_serving GUARDED_BY(m_mutex) = 0;   // threads that take jobs
    unsigned m_abandoned GUARDED_BY(m_mutex) = 0; // threads inside an abandoned job
    bool m_closed GUARDED_BY(m_mutex) = false;
    unsigned m_demoted GUARDED_BY(m_mutex) = 0; // running jobs that were
    bool m_watched GUARDED_BY(m_mutex) = false;
    bool m_watchSleeps GUARDED_BY(m_mutex) = false;
    std::uint64_t m_begun GUARDED_BY(m_mutex) = 0; // jobs that began to run
};

Lane::Lane(Options options) : m_state(std::make_shared<State>(std::move(options))) {}

Lane::~Lane() {
    m_state->close();
}

std::shared_ptr<Lane::Ticket> Lane::submit(Task task) {
    class JobTicket final : public Ticket {
    public:
        JobTicket(std::shared_ptr<State> state, std::shared_ptr<Job> job)
            : m_state(std::move(state)), m_job(std::move(job)) {}
        void abandon() override { m_state->abandon(*m_job); }
        void demote() override { m_state->demote(*m_job); }

    private:
        std::shared_ptr<State> m_state;
        std::shared_ptr<Job> m_job;
    };
    auto job = std::make_shared<Job>(std::move(task));
    m_state->submit(job);
    return std::make_shared<JobTicket>(m_state, std::move(job));
}

} // namespace gnomon::engine
