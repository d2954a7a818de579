// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/base/random.h"
#include "backend/client/connection.h"
#include "backend/client/failure.h"
#include "backend/client/grpc_gateway.h"

#include <memory>
#include <optional>
#include <thread>

namespace gnomon::client {

// Keeps one node watched: connects, asks who it is, follows its Watch stream, notices silence, and tries again with
// back-off. All events come from the link's own thread, one at a time. Of messages that come faster than they are
// taken, the newest is delivered. Never destroyed from one of its events.
class Link {
public:
    // options, connection, clock and random must outlive the link.
    Link(const GatewayOptions& options, Connection& connection, const Clock& clock, Random& random,
         port::WatchEvents events);
    // No event comes after it returned.
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // Ends the wait of a waiting or refused link.
    void retryNow();

private:
    class Stream;

    void run();
    // Returns when the link is lost or stopped.
    Failure follow();
    Failure watch(const Line& line);
    Result<NodeInfo> askWho(const Line& line, Failure& failure);
    void deliver(const NodeUpdate& update);
    void rest(const Failure& failure);
    std::chrono::nanoseconds nextWait();
    void publish();
    bool stopped();

    // Constant after construction.
    const GatewayOptions& m_options;
    Connection& m_connection;
    const Clock& m_clock;
    Random& m_random;
    const port::WatchEvents m_events;
    // Of the link's thread.
    port::LinkStatus m_status;
    // Between threads.
    Mutex m_mutex;
    Condition m_changed;
    bool m_stop GUARDED_BY(m_mutex) = false;
    bool m_retry GUARDED_BY(m_mutex) = false;
    grpc::ClientContext* m_current GUARDED_BY(m_mutex) = nullptr;
    std::jthread m_thread; // last: started once everything else is there
};

} // namespace gnomon::client
