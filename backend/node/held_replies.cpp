// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/held_replies.h"

namespace gnomon::node {

HeldReplies*& HeldReplies::ofThisThread() {
    thread_local HeldReplies* held = nullptr;
    return held;
}

void HeldReplies::add(Call& call, const grpc::ByteBuffer& response, MonoTime now) {
    const bool last = m_waiting.load(std::memory_order_relaxed) == 0;
    Replies leaving;
    {
        const MutexLock lock(m_mutex);
        m_since = m_replies.empty() ? now : m_since;
        m_replies.emplace_back(&call, response);
        if (last || m_closed || m_replies.size() >= kTogether || now - m_since >= kHeld) {
            leaving.swap(m_replies);
        }
    }
    sendAll(leaving);
}

void HeldReplies::sendDue(MonoTime now) {
    Replies leaving;
    {
        const MutexLock lock(m_mutex);
        if (!m_replies.empty() && now - m_since >= kHeld) {
            leaving.swap(m_replies);
        }
    }
    sendAll(leaving);
}

void HeldReplies::send() {
    sendDue(MonoTime::max());
}

void HeldReplies::close() {
    {
        const MutexLock lock(m_mutex);
        m_closed = true;
    }
    send();
}

void HeldReplies::sendAll(const Replies& replies) {
    for (const auto& [call, response] : replies) {
        call->send(response);
    }
}

} // namespace gnomon::node
