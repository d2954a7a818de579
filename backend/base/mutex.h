// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang checks these at compile time (-Wthread-safety); other compilers see nothing.
#if defined(__clang__)
#define GNOMON_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GNOMON_THREAD_ATTRIBUTE(x)
#endif
#define GUARDED_BY(x) GNOMON_THREAD_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) GNOMON_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) GNOMON_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS GNOMON_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace gnomon {

// std::mutex with the annotations that clang needs (it rejects libstdc++'s own as a capability).
class GNOMON_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
public:
    void lock() GNOMON_THREAD_ATTRIBUTE(acquire_capability()) { m_mutex.lock(); }
    void unlock() GNOMON_THREAD_ATTRIBUTE(release_capability()) { m_mutex.unlock(); }
    std::mutex& native() { return m_mutex; }

private:
    std::mutex m_mutex;
};

class GNOMON_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex& mutex) GNOMON_THREAD_ATTRIBUTE(acquire_capability(mutex)) : m_mutex(mutex) {
        m_mutex.lock();
    }
    ~MutexLock() GNOMON_THREAD_ATTRIBUTE(release_capability()) { m_mutex.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

private:
    Mutex& m_mutex;
};

// A condition variable for Mutex. Wait only while holding the mutex; always re-check the condition in a loop.
class Condition {
public:
    void wait(Mutex& mutex) REQUIRES(mutex) {
        std::unique_lock lock(mutex.native(), std::adopt_lock);
        m_condition.wait(lock);
        lock.release();
    }
    // False when the time came first.
    bool waitUntil(Mutex& mutex, std::chrono::steady_clock::time_point until) REQUIRES(mutex) {
        std::unique_lock lock(mutex.native(), std::adopt_lock);
        const bool woken = m_condition.wait_until(lock, until) == std::cv_status::no_timeout;
        lock.release();
        return woken;
    }
    void notifyOne() { m_condition.notify_one(); }
    void notifyAll() { m_condition.notify_all(); }

private:
    std::condition_variable m_condition;
};

} // namespace gnomon
