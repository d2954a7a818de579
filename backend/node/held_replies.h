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

// Replies of one thread that leave together: callers are woken once for all of them, where each would be woken for its
// own, and that costs more than the reply. Filled by the thread; emptied by it, or by another one when it is held up.
// Thread-safe.
class HeldReplies {
public:
    // A call whose reply is due. Lives until it has sent it.
    class Call {
    public:
        virtual ~Call() = default;
        virtual void send(const grpc::ByteBuffer& response) = 0;
    };

    static constexpr std::size_t kTogether = 32;
    // How long the first is kept for others. Whoever fills this asks for it before each run, by sendDue().
    static constexpr std::chrono::microseconds kHeld{500};

    // waiting: how many calls are computed next; outlives this.
    explicit HeldReplies(const std::atomic<std::size_t>& waiting) : m_waiting(waiting) {}

    // Of the thread that asks; null where replies leave at once.
    static HeldReplies*& ofThisThread();

    // Everything leaves when no call waits.
    void add(Call& call, const grpc::ByteBuffer& response, MonoTime now);
    void sendDue(MonoTime now); // when the first has been kept for long enough
    void send();
    void close(); // sends, and from here on keeps nothing

private:
    using Replies = std::vector<std::pair<Call*, grpc::ByteBuffer>>;
    static void sendAll(const Replies& replies);

    const std::atomic<std::size_t>& m_waiting;
    Mutex m_mutex;
    Replies m_replies GUARDED_BY(m_mutex);
    MonoTime m_since GUARDED_BY(m_mutex); // the first of them
    bool m_closed GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::node
