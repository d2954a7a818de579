// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/port/model_runner.h"

#include <memory>
#include <thread>
#include <vector>

namespace gnomon::serving {

// Ends runners that nobody uses any more, on a thread of its own: the last to use one may be a thread of the runner
// itself, which must not wait for its own end. Thread-safe.
class Reaper {
public:
    Reaper();
    ~Reaper() { stop(); }
    Reaper(const Reaper&) = delete;
    Reaper& operator=(const Reaper&) = delete;

    // The same runner; when its last user lets go, it is handed to the reaper.
    static std::shared_ptr<port::ModelRunner> guard(const std::shared_ptr<Reaper>& reaper,
                                                    std::shared_ptr<port::ModelRunner> runner);
    // Ends what was handed over; from now on runners end where they are let go.
    void stop();

private:
    void take(std::shared_ptr<port::ModelRunner> runner);
    void run();

    Mutex m_mutex;
    Condition m_changed;
    std::vector<std::shared_ptr<port::ModelRunner>> m_queue GUARDED_BY(m_mutex);
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace gnomon::serving
