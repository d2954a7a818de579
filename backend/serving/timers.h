// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace gnomon::serving {

// Somebody who wants to be told when a time has come.
class Timed {
public:
    virtual ~Timed() = default;
    // From the timers' thread. Must not block: everybody else's deadlines wait behind it.
    virtual void timeIsUp(std::uint64_t token) = 0;
};

// The watchdog: one thread that wakes at the nearest time asked for. Thread-safe. Times are not withdrawn; whoever is
// gone by then is not told, whoever no longer cares ignores the token. Nobody is told after stop() returned.
class Timers {
public:
    explicit Timers(const Clock& clock); // in step with the steady clock; must outlive the timers
    ~Timers() { stop(); }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    void stop();
    void at(MonoTime when, std::weak_ptr<Timed> who, std::uint64_t token);

private:
    struct Entry {
        MonoTime when;
        std::weak_ptr<Timed> who;
        std::uint64_t token = 0;
    };

    static bool later(const Entry& a, const Entry& b) { return a.when > b.when; }
    Entry pop() REQUIRES(m_mutex);
    void run();

    const Clock& m_clock;
    Mutex m_mutex;
    Condition m_changed;
    std::vector<Entry> m_heap GUARDED_BY(m_mutex); // the nearest time first
    MonoTime m_wakesAt GUARDED_BY(m_mutex) = MonoTime::max();
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace gnomon::serving
