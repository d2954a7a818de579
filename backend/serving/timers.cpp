// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/timers.h"
#include "backend/base/mutex.h"
#include "backend/base/thread_name.h"

#include <map>

namespace gnomon::serving {

class Timers::Queue {
public:
    explicit Queue(const Clock& clock) : m_clock(clock) {}

    void stop() {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }

    // The entry's number; 0 when nobody will be told.
    std::uint64_t add(MonoTime when, std::weak_ptr<Timed> who, std::uint64_t token) {
        const MutexLock lock(m_mutex);
        if (m_stopping) {
            return 0;
        }
        m_entries.emplace(Key{when, ++m_newest}, Entry{std::move(who), token});
        if (when < m_wakesAt) {
            m_changed.notifyOne();
        }
        return m_newest;
    }

    void remove(MonoTime when, std::uint64_t number) {
        const MutexLock lock(m_mutex);
        m_entries.erase({when, number});
    }

    void run() {
        m_mutex.lock();
        while (!m_stopping) {
            const auto first = m_entries.begin();
            if (first == m_entries.end() || first->first.first > m_clock.monoNow()) {
                m_wakesAt = first == m_entries.end() ? MonoTime::max() : first->first.first;
                if (first == m_entries.end()) {
                    m_changed.wait(m_mutex);
                } else {
                    m_changed.waitUntil(m_mutex, m_wakesAt);
                }
                m_wakesAt = MonoTime::min(); // awake: nobody needs to wake it
                continue;
            }
            const Entry due = std::move(first->second);
            m_entries.erase(first);
            m_mutex.unlock();
            if (const std::shared_ptr<Timed> who = due.who.lock()) {
                who->timeIsUp(due.token);
            }
            m_mutex.lock();
        }
        m_mutex.unlock();
    }

private:
    using Key = std::pair<MonoTime, std::uint64_t>; // two may ask for the same time
    struct Entry {
        std::weak_ptr<Timed> who;
        std::uint64_t token = 0;
    };

    const Clock& m_clock; // run() only
    Mutex m_mutex;
    Condition m_changed;
    std::map<Key, Entry> m_entries GUARDED_BY(m_mutex); // the nearest time first
    std::uint64_t m_newest GUARDED_BY(m_mutex) = 0;
    MonoTime m_wakesAt GUARDED_BY(m_mutex) = MonoTime::max();
    bool m_stopping GUARDED_BY(m_mutex) = false;
};

Timers::Timers(const Clock& clock)
    : m_queue(std::make_shared<Queue>(clock)), m_thread([queue = m_queue] {
          nameThread("timers");
          queue->run();
      }) {}

void Timers::stop() {
    m_queue->stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

Timers::Alarm Timers::at(MonoTime when, std::weak_ptr<Timed> who, std::uint64_t token) {
    const std::uint64_t number = m_queue->add(when, std::move(who), token);
    return number == 0 ? Alarm() : Alarm(m_queue, when, number);
}

Timers::Alarm& Timers::Alarm::operator=(Alarm&& other) noexcept {
    if (this != &other) {
        withdraw();
        m_queue = std::move(other.m_queue);
        m_when = other.m_when;
        m_number = other.m_number;
    }
    return *this;
}

void Timers::Alarm::withdraw() {
    if (m_queue) {
        m_queue->remove(m_when, m_number);
    }
}

} // namespace gnomon::serving
