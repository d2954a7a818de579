// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/node/control_parts.h"
#include "backend/node/watch_hub.h"

#include <gnomon/v1/access.grpc.pb.h>
#include <gnomon/v1/node.grpc.pb.h>

namespace gnomon::node {

// gnomon.v1.NodeService: what this node is, and how it is. Thread-safe.
class NodeService final : public v1::NodeService::CallbackService {
public:
    // hub must outlive the server that this is registered with.
    NodeService(const ControlParts& parts, WatchHub& hub) : m_parts(parts), m_hub(hub) {}

    grpc::ServerUnaryReactor* GetNode(grpc::CallbackServerContext*, const v1::GetNodeRequest*,
                                      v1::GetNodeResponse*) override;
    grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext*, const v1::WatchRequest*) override;

private:
    const ControlParts& m_parts;
    WatchHub& m_hub;
};

// gnomon.v1.AccessService: who the caller is to this node. Thread-safe.
class AccessService final : public v1::AccessService::CallbackService {
public:
    explicit AccessService(const ControlParts& parts) : m_parts(parts) {}

    grpc::ServerUnaryReactor* WhoAmI(grpc::CallbackServerContext*, const v1::WhoAmIRequest*,
                                     v1::WhoAmIResponse*) override;

private:
    const ControlParts& m_parts;
};

} // namespace gnomon::node
