// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"

#include <memory>
#include <set>

namespace grpc {
class ClientContext;
}

namespace gnomon::client {

// The calls that are running, so that all of them can be ended. Thread-safe.
class CallSet {
public:
    using Context = std::shared_ptr<grpc::ClientContext>;

    // False once ending: the call must not be started then.
    bool add(const Context& context);
    // The call's callback is over, and it has let go of its channel and stub. The context goes with it: the process's
    // last reference to a channel must never be dropped by one of gRPC's own threads, for that waits for those threads
    // to end. Whoever called end() therefore still holds one.
    void remove(Context context);
    // Cancels what runs and waits until all of it was removed. Not from a call's callback.
    void end();

private:
    Mutex m_mutex;
    Condition m_changed;
    std::set<Context> m_running GUARDED_BY(m_mutex);
    bool m_ending GUARDED_BY(m_mutex) = false;
};

} // namespace gnomon::client
