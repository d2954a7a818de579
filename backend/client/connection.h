// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/mutex.h"
#include "backend/base/result.h"
#include "backend/client/connect_options.h"

#include <memory>
#include <optional>
#include <vector>

namespace grpc {
class Channel;
class ClientContext;
} // namespace grpc

namespace gnomon::client {

// A channel, and why it cannot work: then each call on it fails at once.
struct Line {
    std::shared_ptr<grpc::Channel> channel;
    std::optional<Error> error;
};

// A connection of its own, shared with no other channel of the process. Connects at its first call.
Line makeLine(const ConnectOptions& options, const Clock& clock, int mostReceivedBytes = 16 << 20);

// Makes the call part of the options' trace; what is no trace is not sent.
void addTrace(const ConnectOptions& options, grpc::ClientContext& context);

// The line that calls use now. Thread-safe. It outlives all calls, and keeps every line until none of them uses it: the
// last reference to a channel must not go in a callback, for gRPC 1.51 aborts when its thread ends itself.
class Connection {
public:
    // clock must outlive the connection.
    Connection(ConnectOptions options, const Clock& clock) : m_options(std::move(options)), m_clock(clock) {}

    const ConnectOptions& options() const { return m_options; }
    // Makes a new line, with the files as they are now. Calls on the old one go on. Not from a call's callback.
    Line renew();
    // The newest line; a new one when there is none or it cannot work.
    Line current();

private:
    Line replace();

    const ConnectOptions m_options;
    const Clock& m_clock;
    Mutex m_mutex;
    Line m_line GUARDED_BY(m_mutex);
    std::vector<std::shared_ptr<grpc::Channel>> m_retired GUARDED_BY(m_mutex);
};

} // namespace gnomon::client
