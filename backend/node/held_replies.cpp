// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/held_replies.h"

namespace gnomon::node {

HeldReplies*& HeldReplies::ofThisThread() {
    thread_local HeldReplies* held = nullptr;
    return held;
}

void HeldReplies::add(Call& call, const grpc::ByteBuffer& response) {
    bool over = m_waiting.load(std::memory_order_relaxed) == 0;
    {
        const MonoTime now = over ? MonoTime() : std::chrono::steady_clock::now();
        const MutexLock lock(m_mutex);
        m_since = m_replies.empty() ? now : m_since;
        m_replies.emplace_back(&call, response);
        over = over || m_replies.size() >= kTogether || now - m_since >= kHeld;
    }
    if (over) {
        send();
    }
}

void HeldReplies::send() {
    decltype(m_replies) replies;
    {
        const MutexLock lock(m_mutex);
        replies.swap(m_replies);
    }
    for (const auto& [call, response] : replies) {
        call->send(response);
    }
}

} // namespace gnomon::node
