// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/coalescer.h"

#include <utility>

namespace gnomon::ui {

Coalescer::Coalescer(std::chrono::milliseconds interval, std::function<void()> work, QObject* parent)
    : QObject(parent), m_work(std::move(work)) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(interval);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (std::exchange(m_asked, false)) {
            run();
        }
    });
}

void Coalescer::ask() {
    if (m_pause.isActive()) {
        m_asked = true;
    } else {
        run();
    }
}

void Coalescer::run() {
    m_pause.start();
    m_work();
}

} // namespace gnomon::ui
