// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/connection.h"
#include "backend/domain/trace_context.h"
#include "backend/client/identity.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <iterator>

namespace gnomon::client {

namespace {

grpc::ChannelArguments arguments(const ConnectOptions& options, int mostReceivedBytes) {
    grpc::ChannelArguments arguments;
    arguments.SetUserAgentPrefix(options.userAgent);
    arguments.SetMaxReceiveMessageSize(mostReceivedBytes);
    // A connection of its own: a shared one would carry over another channel's back-off and certificates.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
    // Whatever the environment says: what is said to a node goes through no proxy.
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    if (!options.serverName.empty() && !options.plaintext) {
        arguments.SetSslTargetNameOverride(options.serverName);
    }
    return arguments;
}

} // namespace

Line makeLine(const ConnectOptions& options, const Clock& clock, int mostReceivedBytes) {
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    std::optional<Error> error;
    if (options.plaintext) {
        credentials = grpc::InsecureChannelCredentials();
    } else if (auto identity = readIdentity(options); !identity.ok()) {
        error = std::move(identity).error();
    } else if (auto times = checkTimes(*identity, options, clock.wallNow()); !times.ok()) {
        error = times.error();
    } else {
        credentials = grpc::SslCredentials({identity->ca, identity->key, identity->certificate});
    }
    // Without credentials this makes a channel on which every call fails.
    return {grpc::CreateCustomChannel("dns:///" + options.address, credentials, arguments(options, mostReceivedBytes)),
            std::move(error)};
}

Line Connection::replace() {
    Line line = makeLine(m_options, m_clock);
    const MutexLock lock(m_mutex);
    if (m_line.channel) {
        m_retired.push_back(std::move(m_line.channel));
    }
    m_line = line;
    return line;
}

void addTrace(const ConnectOptions& options, grpc::ClientContext& context) {
    if (const auto trace = parseTraceParent(options.traceParent)) {
        context.AddMetadata("traceparent", trace->parent());
    }
}

Line Connection::renew() {
    Line line = replace();
    std::vector<std::shared_ptr<grpc::Channel>> unused; // goes after the lock: it may wait for callbacks
    const MutexLock lock(m_mutex);
    const auto used =
        std::partition(m_retired.begin(), m_retired.end(), [](const auto& channel) { return channel.use_count() > 1; });
    unused.assign(std::make_move_iterator(used), std::make_move_iterator(m_retired.end()));
    m_retired.erase(used, m_retired.end());
    return line;
}

Line Connection::current() {
    {
        const MutexLock lock(m_mutex);
        if (m_line.channel && !m_line.error) {
            return m_line;
        }
    }
    return replace();
}

} // namespace gnomon::client
