// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/call_set.h"

#include <grpcpp/client_context.h>

namespace gnomon::client {

bool CallSet::add(const Context& context) {
    const MutexLock lock(m_mutex);
    if (!m_ending) {
        m_running.insert(context);
    }
    return !m_ending;
}

void CallSet::remove(Context context) {
    const MutexLock lock(m_mutex);
    m_running.erase(context);
    context.reset(); // before end() can return
    m_changed.notifyAll();
}

void CallSet::end() {
    std::set<Context> running;
    {
        const MutexLock lock(m_mutex);
        m_ending = true;
        running = m_running;
    }
    // Without the lock: cancelling may run a call's last callback at once, on this thread.
    for (const Context& context : running) {
        context->TryCancel();
    }
    const MutexLock lock(m_mutex);
    while (!m_running.empty()) {
        m_changed.wait(m_mutex);
    }
}

} // namespace gnomon::client
