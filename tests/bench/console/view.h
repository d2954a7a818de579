// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/gnomon/console.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QEventLoop>

#include <chrono>
#include <functional>

namespace gnomon::bench {

using Steady = std::chrono::steady_clock;

inline double msSince(Steady::time_point start) {
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

// Lets the console run until the condition holds; false when it took longer.
inline bool runUntil(const std::function<bool()>& condition, std::chrono::milliseconds most) {
    const auto until = Steady::now() + most;
    while (!condition()) {
        if (Steady::now() > until) {
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 5);
    }
    return true;
}

// Scrolls and filters the audit screen of the one node that is known. Empty when the node does not answer.
nlohmann::json measureAudit(app::Console& console);

} // namespace gnomon::bench
