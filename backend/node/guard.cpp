// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/guard.h"
#include "backend/base/bytes.h"

namespace gnomon::node {

Result<Principal> Guard::admit(const grpc::ServerContextBase& context, const std::string& method,
                               std::string_view endpoint, std::string_view action) {
    const PeerReader::Peer read = m_peers.read(context);
    const PeerIdentity& peer = read.identity;
    const auto turnAway = [&](const std::string& person, std::string_view permission, const Error& error) {
        m_denials.record({peer, person, std::string(action.empty() ? method : action), std::string(permission),
                          endpoint.empty() ? "" : "endpoint/" + std::string(endpoint), error});
        return error;
    };
    if (read.revoked) {
        return turnAway("", "",
                        {ErrorCode::Unauthenticated, "the certificate of '" + printable(peer.spiffeId) + "' is revoked",
                         "use the one that was issued in its place"});
    }
    Result<Principal> principal = m_authorizer.identify(peer);
    if (!principal) {
        return turnAway("", "", principal.error());
    }
    // Whoever has no identity is held to the cap of its address alone.
    if (const Status claimed = peer.spiffeId.empty() ? Status() : m_claim(peer); !claimed) {
        return claimed.error();
    }
    const auto permission = m_permissions.find(method);
    if (permission == m_permissions.end()) {
        return turnAway(principal->actor.person, "", {ErrorCode::PermissionDenied, "nobody may call " + method});
    }
    if (const Status allowed = m_authorizer.authorize(*principal, permission->second); !allowed) {
        return turnAway(principal->actor.person, permissionName(permission->second), allowed.error());
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
