// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/relay.h"

#include <QMetaObject>

#include <utility>

namespace gnomon::ui {

void Relay::post(std::function<void()> work) {
    const MutexLock lock(m_mutex);
    if (m_target != nullptr) {
        QMetaObject::invokeMethod(m_target, std::move(work), Qt::QueuedConnection);
    }
}

void Relay::close() {
    const MutexLock lock(m_mutex);
    m_target = nullptr;
}

} // namespace gnomon::ui
