// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "backend/base/mutex.h"

#include <functional>

namespace gnomon::ui {

// The one thread hop of the console. Shared by an object of the GUI thread and the callbacks that other threads still
// hold; it outlives the object inside them. The mutex makes "is it still there, then post" one step.
class Relay {
public:
    explicit Relay(QObject* target) : m_target(target) {}

    // Any thread. Runs work on the target's thread, in order; drops it silently once the target is gone.
    void post(std::function<void()> work) EXCLUDES(m_mutex);
    // The target's thread, first thing in its destructor.
    void close() EXCLUDES(m_mutex);

private:
    Mutex m_mutex;
    QObject* m_target GUARDED_BY(m_mutex);
};

} // namespace gnomon::ui
