// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/gnomon/console.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>

#include <chrono>
#include <functional>

namespace gnomon::bench {

using Steady = std::chrono::steady_clock;

inline double msSince(Steady::time_point start) {
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

inline void runFor(std::chrono::milliseconds time) {
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

constexpr std::chrono::milliseconds kLook{2};

// Lets the console run until the condition holds; false when it took longer.
inline bool runUntil(const std::function<bool()>& condition, std::chrono::milliseconds most) {
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (condition()) {
            loop.exit(1);
        }
    });
    look.start(kLook);
    QTimer::singleShot(most, &loop, [&] { loop.exit(0); });
    return condition() || loop.exec() == 1;
}

// Scrolls and filters the audit screen of the one node that is known. Empty when the node does not answer.
nlohmann::json measureAudit(app::Console& console);

} // namespace gnomon::bench
