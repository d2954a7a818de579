// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/guard.h"

namespace gnomon::node {

Result<Principal> Guard::admit(const grpc::ServerContextBase& context, const std::string& method) {
    const PeerIdentity peer = m_peers.read(context);
    Result<Principal> principal = m_authorizer.identify(peer);
    if (!principal) {
        m_denials.record({peer, "", method, "", "", principal.error()});
        return principal;
    }
    const auto permission = m_permissions.find(method);
    const Status allowed = permission == m_permissions.end()
                               ? Status(Error{ErrorCode::PermissionDenied, "nobody may call " + method})
                               : m_authorizer.authorize(*principal, permission->second);
    if (!allowed) {
        const std::string missing =
            permission == m_permissions.end() ? "" : std::string(permissionName(permission->second));
        m_denials.record({peer, principal->actor.person, method, missing, "", allowed.error()});
        return allowed.error();
    }
    return principal;
}

Status Guard::require(const Principal& principal, Permission permission, const std::string& method,
                      const std::string& object) {
    const Status allowed = m_authorizer.authorize(principal, permission);
    if (!allowed) {
        const PeerIdentity peer{principal.actor.identity, principal.actor.authMethod, principal.actor.certificate,
                                principal.address, principal.client};
        m_denials.record(
            {peer, principal.actor.person, method, std::string(permissionName(permission)), object, allowed.error()});
    }
    return allowed;
}

} // namespace gnomon::node
