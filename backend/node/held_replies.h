// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace gnomon::node {

// Replies of one thread that leave together, as long as more calls wait to be computed on it: callers are woken once
// for all of them, where each would be woken for its own, and that costs more than the reply. Filled by the thread;
// emptied by it, or by another one when it is held up. Thread-safe. Whoever owns it sends before it goes.
class HeldReplies {
public:
    // A call whose reply is due. Lives until it has sent it.
    class Call {
    public:
        virtual ~Call() = default;
        virtual void send(const grpc::ByteBuffer& response) = 0;
    };

    static constexpr std::size_t kTogether = 32;
    // How long the first waits for others, and for the run that is under way then.
    static constexpr std::chrono::microseconds kHeld{500};

    // waiting: how many calls wait; outlives this.
    explicit HeldReplies(const std::atomic<std::size_t>& waiting) : m_waiting(waiting) {}

    // Of the thread that asks; null where replies leave at once.
    static HeldReplies*& ofThisThread();

    void add(Call& call, const grpc::ByteBuffer& response);
    void send();

private:
    const std::atomic<std::size_t>& m_waiting;
    Mutex m_mutex;
    std::vector<std::pair<Call*, grpc::ByteBuffer>> m_replies GUARDED_BY(m_mutex);
    MonoTime m_since GUARDED_BY(m_mutex); // the first of them
};

} // namespace gnomon::node
