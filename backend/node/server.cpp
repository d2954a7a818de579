// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/server.h"
#include "backend/wire/reflection.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <utility>

namespace gnomon::node {

namespace {

int milliseconds(std::chrono::milliseconds time) {
    return static_cast<int>(time.count());
}

// security.md 0.1 point 3: what each of these bounds was measured against Debian's gRPC.
void harden(grpc::ServerBuilder& builder, const ServerOptions& options) {
    using namespace std::chrono_literals;
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, milliseconds(3s));
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8192);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, milliseconds(5min));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, milliseconds(1h));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, milliseconds(30s));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(30s));
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(10s));
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, milliseconds(10s));
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options.maxMessageBytes));
    builder.SetResourceQuota(grpc::ResourceQuota("gnomond").Resize(options.memoryQuotaBytes));
}

class Reflection final : public grpc::ServerBuilderOption {
public:
    void UpdateArguments(grpc::ChannelArguments*) override {}
    void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
        plugins->push_back(std::make_unique<grpc::reflection::ProtoServerReflectionPlugin>());
    }
};

} // namespace

Result<std::unique_ptr<Server>> Server::open(ServerOptions options, const std::vector<grpc::Service*>& services) {
    std::unique_ptr<Server> server(new Server);
    for (const std::string& address : options.addresses) {
        ListenerOptions listener = options.listener;
        listener.address = address;
        GNOMON_ASSIGN(std::unique_ptr<Listener> opened, Listener::open(std::move(listener)));
        server->m_listeners.push_back(std::move(opened));
    }
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    harden(builder, options);
    for (grpc::Service* service : services) {
        builder.RegisterService(service);
    }
    wire::keepReflectionOut(builder);
    if (options.reflection) {
        builder.SetOption(std::make_unique<Reflection>());
    }
    server->m_acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, options.credentials);
    for (unsigned i = 0; i < options.queues; ++i) {
        server->m_queues.push_back(builder.AddCompletionQueue());
    }
    server->m_server = builder.BuildAndStart();
    if (!server->m_server) {
        return Error{ErrorCode::Internal, "cannot start the gRPC server on " + options.addresses.front()};
    }
    return server;
}

void Server::serve() {
    for (const auto& listener : m_listeners) {
        listener->start([acceptor = m_acceptor.get()](int descriptor) {
            grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
            connection.listener_fd = -1;
            connection.fd = descriptor;
            acceptor->HandleNewConnection(&connection);
        });
    }
}

Server::~Server() {
    drain(std::chrono::system_clock::now());
}

std::vector<std::string> Server::addresses() const {
    std::vector<std::string> all;
    for (const auto& listener : m_listeners) {
        all.push_back(listener->address());
    }
    return all;
}

Connections::Claim Server::claim(const std::string& address, const std::string& identity, const Digest& certificate) {
    for (const auto& listener : m_listeners) {
        const auto claim = listener->connections().claim(address, identity, certificate);
        if (claim != Connections::Claim::Unknown) {
            return claim;
        }
    }
    return Connections::Claim::Unknown;
}

std::size_t Server::closeWhere(const std::function<bool(const Digest& certificate)>& isOne) {
    std::size_t closed = 0;
    for (const auto& listener : m_listeners) {
        closed += listener->connections().closeWhere(isOne);
    }
    return closed;
}

void Server::setLimits(const ConnectionLimits& limits) {
    for (const auto& listener : m_listeners) {
        listener->connections().setLimits(limits);
    }
}

ListenerCounters Server::connections() {
    ListenerCounters all;
    for (const auto& listener : m_listeners) {
        all += listener->counters();
    }
    return all;
}

void Server::setServing(const std::string& name, bool serving) {
    if (grpc::HealthCheckServiceInterface* health = m_server->GetHealthCheckService()) {
        name.empty() ? health->SetServingStatus(serving) : health->SetServingStatus(name, serving);
    }
}

void Server::announceEnd() {
    if (grpc::HealthCheckServiceInterface* health = m_server->GetHealthCheckService()) {
        health->Shutdown();
    }
}

void Server::drain(std::chrono::system_clock::time_point until) {
    if (!m_server || std::exchange(m_drained, true)) {
        return;
    }
    announceEnd();
    for (const auto& listener : m_listeners) {
        listener->stop();
    }
    m_server->Shutdown(until);
}

} // namespace gnomon::node
