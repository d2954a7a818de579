// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/serving/reaper.h"
#include "backend/base/thread_name.h"

#include <utility>

namespace gnomon::serving {

Reaper::Reaper()
    : m_thread([this] {
          nameThread("reaper");
          run();
      }) {}

std::shared_ptr<port::ModelRunner> Reaper::guard(const std::shared_ptr<Reaper>& reaper,
                                                 std::shared_ptr<port::ModelRunner> runner) {
    port::ModelRunner* bare = runner.get();
    return {bare, [reaper, kept = std::move(runner)](port::ModelRunner*) mutable { reaper->take(std::move(kept)); }};
}

void Reaper::stop() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_changed.notifyAll();
    }
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Reaper::take(std::shared_ptr<port::ModelRunner> runner) {
    const MutexLock lock(m_mutex);
    if (!m_stopping) {
        m_queue.push_back(std::move(runner));
        m_changed.notifyAll();
    }
}

void Reaper::run() {
    for (;;) {
        std::vector<std::shared_ptr<port::ModelRunner>> ended; // before the lock: they end after it
        const MutexLock lock(m_mutex);
        while (m_queue.empty() && !m_stopping) {
            m_changed.wait(m_mutex);
        }
        if (m_queue.empty()) {
            return;
        }
        ended.swap(m_queue);
    }
}

} // namespace gnomon::serving
