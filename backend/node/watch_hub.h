// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/node.h"

#include <gnomon/v1/node.pb.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <set>
#include <thread>

namespace gnomon::node {

// Tells every watcher how the node is: at once, every second, and soon after a change. Makes each message once for all
// of them. A slow reader misses messages, never delays others, and always gets the newest. Thread-safe.
class WatchHub {
public:
    // observe: the node as it is now; called from the hub's thread, may block for a moment.
    explicit WatchHub(std::function<NodeUpdate()> observe);
    ~WatchHub();
    WatchHub(const WatchHub&) = delete;
    WatchHub& operator=(const WatchHub&) = delete;

    // A new watcher; owned by gRPC.
    grpc::ServerWriteReactor<v1::WatchResponse>* watch();
    // Something changed: look again within a few milliseconds.
    void changed();
    // Ends every stream, so that the server can drain. Later watchers are refused.
    void close();

private:
    class Watcher;
    using Message = std::shared_ptr<const v1::WatchResponse>;

    void run(const std::stop_token& stop);
    void remove(Watcher* watcher);

    const std::function<NodeUpdate()> m_observe;
    Mutex m_mutex;
    Condition m_wake;
    std::set<Watcher*> m_watchers GUARDED_BY(m_mutex);
    Message m_newest GUARDED_BY(m_mutex);
    bool m_changed GUARDED_BY(m_mutex) = false;
    bool m_closed GUARDED_BY(m_mutex) = false;
    std::jthread m_thread;
};

} // namespace gnomon::node
