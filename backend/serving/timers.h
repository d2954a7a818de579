// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace gnomon::serving {

// Somebody who wants to be told when a time has come.
class Timed {
public:
    virtual ~Timed() = default;
    // From the timers' thread. Must not block: everybody else's deadlines wait behind it.
    virtual void timeIsUp(std::uint64_t token) = 0;
};

// The watchdog: one thread that wakes at the nearest time asked for. Thread-safe. Nobody is told after stop() returned.
class Timers {
    class Queue;

public:
    // What is asked of the watchdog for as long as this exists: most runs end long before their time is up, and leave
    // nothing behind. One owner at a time; may outlive the timers.
    class [[nodiscard]] Alarm {
    public:
        Alarm() = default; // asks for nothing
        Alarm(Alarm&& other) noexcept = default;
        Alarm& operator=(Alarm&& other) noexcept;
        ~Alarm() { withdraw(); }

    private:
        friend class Timers;
        Alarm(std::shared_ptr<Queue> queue, MonoTime when, std::uint64_t number)
            : m_queue(std::move(queue)), m_when(when), m_number(number) {}
        void withdraw();

        std::shared_ptr<Queue> m_queue;
        MonoTime m_when;
        std::uint64_t m_number = 0;
    };

    explicit Timers(const Clock& clock); // in step with the steady clock; must outlive the timers
    ~Timers() { stop(); }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;

    void stop();
    // who: not told when it is gone by then.
    Alarm at(MonoTime when, std::weak_ptr<Timed> who, std::uint64_t token);

private:
    const std::shared_ptr<Queue> m_queue; // shared with alarms
    std::thread m_thread;
};

} // namespace gnomon::serving
