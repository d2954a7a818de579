// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/link.h"
#include "backend/base/thread_name.h"
#include "backend/wire/node.h"

#include <gnomon/v1/node.grpc.pb.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

namespace gnomon::client {

namespace {

constexpr int kMissedHeartbeats = 3;

Failure lost(const ConnectOptions& options, const std::string& why) {
    return {false, {ErrorCode::Unavailable, "lost " + options.address + ": " + why}};
}

} // namespace

// One Watch call. Reads ahead and keeps the newest message only.
class Link::Stream final : public grpc::ClientReadReactor<v1::WatchResponse> {
public:
    Stream(Link& link, const Line& line) : m_link(link), m_stub(v1::NodeService::NewStub(line.channel)) {
        m_stub->async()->Watch(&m_context, &m_request, this);
        StartRead(&m_reading);
        StartCall();
    }

    // Waits for a message until `until`; absent when the stream ended, nothing came, or the link is to stop.
    std::optional<v1::WatchResponse> next(MonoTime until) {
        const MutexLock lock(m_link.m_mutex);
        while (!m_newest && !m_ended && !m_link.m_stop) {
            if (!m_link.m_changed.waitUntil(m_link.m_mutex, until)) {
                break;
            }
        }
        return std::exchange(m_newest, std::nullopt);
    }

    // Ends the call; its status, or nothing when it was ended from here.
    std::optional<grpc::Status> finish() {
        bool endedByItself = false;
        {
            const MutexLock lock(m_link.m_mutex);
            endedByItself = m_ended.has_value();
        }
        m_context.TryCancel(); // without the lock: may run OnDone() at once, on this thread
        const MutexLock lock(m_link.m_mutex);
        while (!m_ended) {
            m_link.m_changed.wait(m_link.m_mutex);
        }
        return endedByItself ? m_ended : std::nullopt;
    }

private:
    void OnReadDone(bool ok) override {
        if (!ok) {
            return;
        }
        {
            const MutexLock lock(m_link.m_mutex);
            m_newest.emplace();
            m_newest->Swap(&m_reading);
            m_link.m_changed.notifyAll();
        }
        m_reading.Clear();
        StartRead(&m_reading);
    }

    void OnDone(const grpc::Status& status) override {
        const MutexLock lock(m_link.m_mutex);
        m_ended = status;
        m_link.m_changed.notifyAll();
    }

    Link& m_link;
    const std::unique_ptr<v1::NodeService::Stub> m_stub;
    grpc::ClientContext m_context;
    const v1::WatchRequest m_request;
    v1::WatchResponse m_reading;
    // Guarded by the link's mutex.
    std::optional<v1::WatchResponse> m_newest;
    std::optional<grpc::Status> m_ended;
};

Link::Link(const GatewayOptions& options, Connection& connection, const Clock& clock, Random& random,
           port::WatchEvents events)
    : m_options(options), m_connection(connection), m_clock(clock), m_random(random), m_events(std::move(events)),
      m_thread([this] {
          nameThread("link");
          run();
      }) {}

Link::~Link() {
    const MutexLock lock(m_mutex);
    m_stop = true;
    if (m_current) {
        m_current->TryCancel();
    }
    m_changed.notifyAll();
}

void Link::retryNow() {
    const MutexLock lock(m_mutex);
    m_retry = true;
    m_changed.notifyAll();
}

bool Link::stopped() {
    const MutexLock lock(m_mutex);
    return m_stop;
}

void Link::publish() {
    if (!stopped() && m_events.linkChanged) {
        m_events.linkChanged(m_status);
    }
}

void Link::run() {
    while (!stopped()) {
        m_status.state = port::LinkState::Connecting;
        m_status.restarted = false;
        m_status.replaced = false;
        publish();
        const Failure failure = follow();
        if (!stopped()) {
            rest(failure);
        }
    }
}

Failure Link::follow() {
    const Line line = m_connection.renew();
    if (line.error) {
        return {true, *line.error};
    }
    Failure failure;
    const auto info = askWho(line, failure);
    if (!info.ok()) {
        return failure;
    }
    if (m_status.node) {
        m_status.replaced = m_status.node->stamp.id != info->stamp.id;
        m_status.restarted = !m_status.replaced && m_status.node->stamp.boot != info->stamp.boot;
    }
    m_status.node = *info;
    return watch(line);
}

Result<NodeInfo> Link::askWho(const Line& line, Failure& failure) {
    const auto stub = v1::NodeService::NewStub(line.channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + m_options.callDeadline);
    {
        const MutexLock lock(m_mutex);
        if (m_stop) {
            return Error{ErrorCode::Cancelled, "the link was closed"};
        }
        m_current = &context;
    }
    v1::GetNodeResponse response;
    const grpc::Status status = stub->GetNode(&context, {}, &response);
    {
        const MutexLock lock(m_mutex);
        m_current = nullptr;
    }
    if (!status.ok()) {
        failure = explain(status, m_options.connect);
        return failure.error;
    }
    if (const Status isNode = checkIsNode(context, m_options.connect); !isNode.ok()) {
        failure = {true, isNode.error()};
        return failure.error;
    }
    auto info = wire::fromProto(response);
    if (!info.ok()) {
        failure = {true,
                   {ErrorCode::Corrupt,
                    m_options.connect.address + " does not answer as a node: " + info.error().message,
                    "check that the address is a node's control interface, and its version"}};
    }
    return info;
}

Failure Link::watch(const Line& line) {
    const auto patience = kMissedHeartbeats * m_options.heartbeat;
    Stream stream(*this, line);
    for (;;) {
        const auto message = stream.next(m_clock.monoNow() + patience);
        if (!message) {
            const auto status = stream.finish();
            if (status && !status->ok()) {
                return explain(*status, m_options.connect);
            }
            return lost(m_options.connect, status
                                               ? "the node ended the connection"
                                               : "nothing was heard for " + std::to_string(patience.count()) + " ms");
        }
        const auto update = wire::fromProto(*message);
        if (!update.ok()) {
            stream.finish();
            return {false,
                    {ErrorCode::Corrupt,
                     m_options.connect.address + " sent a message that cannot be: " + update.error().message}};
        }
        if (update->stamp.id != m_status.node->stamp.id || update->stamp.boot != m_status.node->stamp.boot) {
            stream.finish();
            return lost(m_options.connect, "another node answers there now");
        }
        deliver(*update);
    }
}

void Link::deliver(const NodeUpdate& update) {
    if (m_status.state != port::LinkState::Live) {
        m_status.state = port::LinkState::Live;
        m_status.attempts = 0;
        m_status.error.reset();
        publish();
    }
    if (!stopped() && m_events.updated) {
        m_events.updated(update);
    }
}

void Link::rest(const Failure& failure) {
    {
        const MutexLock lock(m_mutex);
        m_retry = false;
    }
    ++m_status.attempts;
    m_status.error = failure.error;
    m_status.state = failure.permanent ? port::LinkState::Refused : port::LinkState::Waiting;
    m_status.retryAt = failure.permanent ? MonoTime{} : m_clock.monoNow() + nextWait();
    publish();
    const MutexLock lock(m_mutex);
    while (!m_stop && !m_retry) {
        if (failure.permanent) {
            m_changed.wait(m_mutex);
        } else if (!m_changed.waitUntil(m_mutex, m_status.retryAt)) {
            return;
        }
    }
}

std::chrono::nanoseconds Link::nextWait() {
    std::chrono::nanoseconds wait = m_options.firstWait;
    for (std::uint32_t i = 1; i < m_status.attempts && wait < m_options.longestWait; ++i) {
        wait *= 2;
    }
    wait = std::min<std::chrono::nanoseconds>(wait, m_options.longestWait);
    // Consoles that lost a node together do not come back together.
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(wait.count()) * (0.8 + 0.4 * m_random.unit())));
}

} // namespace gnomon::client
