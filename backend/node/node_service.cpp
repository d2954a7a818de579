// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/node_service.h"
#include "backend/node/chunk_writer.h"
#include "backend/wire/access.h"
#include "backend/wire/node.h"

namespace gnomon::node {

grpc::ServerUnaryReactor* NodeService::GetNode(grpc::CallbackServerContext* context, const v1::GetNodeRequest*,
                                               v1::GetNodeResponse* response) {
    return runNow(m_parts, context, "gnomon.v1.NodeService/GetNode", response,
                  [this, response](const Principal&) -> Status {
                      NodeInfo now = m_parts.info;
                      now.alarms = m_parts.alarms();
                      *response = wire::toProto(now);
                      return {};
                  });
}

grpc::ServerWriteReactor<v1::WatchResponse>* NodeService::Watch(grpc::CallbackServerContext* context,
                                                                const v1::WatchRequest*) {
    const Result<Principal> principal = m_parts.guard.admit(*context, "gnomon.v1.NodeService/Watch");
    if (!principal) {
        auto* refused = new ChunkWriter<v1::WatchResponse>(context);
        refused->end(principal.error());
        return refused;
    }
    return m_hub.watch();
}

grpc::ServerUnaryReactor* AccessService::WhoAmI(grpc::CallbackServerContext* context, const v1::WhoAmIRequest*,
                                                v1::WhoAmIResponse* response) {
    return runNow(m_parts, context, "gnomon.v1.AccessService/WhoAmI", response,
                  [response](const Principal& who) -> Status {
                      *response->mutable_principal() = wire::toProto(who);
                      return {};
                  });
}

} // namespace gnomon::node
