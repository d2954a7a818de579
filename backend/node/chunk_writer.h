// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/wire/status.h"

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <utility>

namespace gnomon::node {

// A server stream that one thread writes to, at the speed of its reader. Thread-safe; deletes itself when the call is
// over and end() was called. context: of the call.
template <class Message>
class ChunkWriter final : public grpc::ServerWriteReactor<Message> {
public:
    explicit ChunkWriter(grpc::CallbackServerContext* context) : m_context(context) {}

    // Blocks until the reader took the message. False when nobody reads any more: a reader that takes nothing for a
    // minute is given up, for it holds up a thread of the node's.
    bool write(Message message) {
        {
            const MutexLock lock(m_mutex);
            if (m_broken) {
                return false;
            }
            m_message = std::move(message);
            m_writing = true;
        }
        this->StartWrite(&m_message);
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        const MutexLock lock(m_mutex);
        while (m_writing) {
            if (!m_broken && !m_changed.waitUntil(m_mutex, until)) {
                m_broken = true;
                m_context->TryCancel(); // the write then ends, without success
            } else if (m_broken) {
                m_changed.wait(m_mutex);
            }
        }
        return !m_broken;
    }

    // Call exactly once, after the last write(). The writer must not be used afterwards.
    void end(const Status& status) { this->Finish(wire::toGrpc(status)); }

private:
    void OnWriteDone(bool ok) override {
        const MutexLock lock(m_mutex);
        m_writing = false;
        m_broken = m_broken || !ok;
        m_changed.notifyAll();
    }
    void OnCancel() override {
        const MutexLock lock(m_mutex);
        m_broken = true;
    }
    void OnDone() override { delete this; }

    grpc::CallbackServerContext* const m_context;
    Mutex m_mutex;
    Condition m_changed;
    Message m_message; // of the writing thread, and of gRPC while m_writing
    bool m_writing GUARDED_BY(m_mutex) = false;
    bool m_broken GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::node
