// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder and the program's composition only.
#pragma once

#include "backend/base/result.h"
#include "backend/node/listener.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace gnomon::node {

struct ServerOptions {
    std::vector<std::string> addresses; // each gets a listener
    ListenerOptions listener;           // its address is not used
    std::uint32_t maxMessageBytes = 1u << 20;
    std::uint64_t memoryQuotaBytes = 256u << 20; // for what gRPC buffers
    bool reflection = false;                     // tells whoever gets past the handshake which services there are
    std::shared_ptr<grpc::ServerCredentials> credentials;
    unsigned queues = 0; // completion queues for methods that are taken from them
};

// One interface of the node: a gRPC server that gets its connections from our own listeners and has the hardening that
// Debian's gRPC 1.51 needs (SECURITY.md). Health is served beside the services, for the whole and per endpoint.
class Server {
public:
    // services must outlive the server. Unavailable when an address is taken. Nothing is accepted before serve().
    static Result<std::unique_ptr<Server>> open(ServerOptions options, const std::vector<grpc::Service*>& services);
    ~Server();

    // Once, before serve().
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> takeQueues() { return std::move(m_queues); }
    void serve();

    std::vector<std::string> addresses() const; // with the ports that were really taken
    ListenerCounters connections();             // of all its listeners
    // See Connections; over all its listeners.
    Connections::Claim claim(const std::string& address, const std::string& identity, const Digest& certificate);
    std::size_t closeWhere(const std::function<bool(const Digest& certificate)>& isOne);
    void setLimits(const ConnectionLimits& limits);
    // Health of the whole (empty name) or of one endpoint.
    void setServing(const std::string& name, bool serving);
    // Says NOT_SERVING for good.
    void announceEnd();
    // announceEnd(), takes no more connections, tells peers to go away, waits for calls under way until then, and
    // cancels what is left.
    void drain(std::chrono::system_clock::time_point until);

private:
    Server() = default;

    std::vector<std::unique_ptr<Listener>> m_listeners;
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> m_acceptor;
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> m_queues;
    std::unique_ptr<grpc::Server> m_server; // until the end: what is left in the queues still refers to it
    bool m_drained = false;
};

} // namespace gnomon::node
