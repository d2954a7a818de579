// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/executor.h"

namespace gnomon {

Executor::Executor(std::size_t threads, std::size_t queueLimit) : m_queueLimit(queueLimit) {
    for (std::size_t i = 0; i < threads; ++i) {
        m_threads.emplace_back([this] { run(); });
    }
}

Executor::~Executor() {
    {
        const MutexLock lock(m_mutex);
        m_ending = true;
    }
    m_changed.notifyAll();
    m_threads.clear(); // joins
}

bool Executor::post(std::function<void()> work) {
    {
        const MutexLock lock(m_mutex);
        if (m_ending || m_queue.size() >= m_queueLimit) {
            return false;
        }
        m_queue.push_back(std::move(work));
    }
    m_changed.notifyOne();
    return true;
}

void Executor::run() {
    for (;;) {
        std::function<void()> work;
        {
            const MutexLock lock(m_mutex);
            while (m_queue.empty() && !m_ending) {
                m_changed.wait(m_mutex);
            }
            if (m_queue.empty()) {
                return;
            }
            work = std::move(m_queue.front());
            m_queue.pop_front();
        }
        work();
    }
}

} // namespace gnomon
