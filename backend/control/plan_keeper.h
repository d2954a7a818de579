// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/control/make_change_service.h"
#include "backend/control/plan_book.h"

#include <functional>
#include <optional>
#include <thread>

namespace gnomon::control {

// Lets go of the models that only plans had warmed once those plans run out. Thread-safe; one thread, awake only when a
// plan's time is over.
class PlanKeeper {
public:
    // Everything must outlive it. lockOf: what is held while the endpoint changes.
    PlanKeeper(const ChangeServiceParts& parts, const PlanBook& book,
               std::function<Mutex&(const EndpointName&)> lockOf);
    ~PlanKeeper();
    PlanKeeper(const PlanKeeper&) = delete;
    PlanKeeper& operator=(const PlanKeeper&) = delete;

    // A plan was kept, until then.
    void planned(WallTime applyBy);

private:
    void run();
    void letGo(const EndpointName& endpoint);

    const ChangeServiceParts& m_parts;
    const PlanBook& m_book;
    const std::function<Mutex&(const EndpointName&)> m_lockOf;
    Mutex m_mutex;
    Condition m_changed;
    std::optional<WallTime> m_due GUARDED_BY(m_mutex); // when the next plan runs out
    bool m_stopping GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace gnomon::control
