// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/fixed_authorizer.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace gnomon::access {

namespace {

constexpr std::uint32_t bits(std::initializer_list<Permission> permissions) {
    std::uint32_t all = 0;
    for (const Permission permission : permissions) {
        all |= 1u << static_cast<unsigned>(permission);
    }
    return all;
}

struct Role {
    std::string_view name; // the first segment of the path
    std::size_t segments;  // of the whole path
    std::string_view shape;
    std::uint32_t permissions;
};

constexpr std::array<Role, 4> kRoles = {{
    {"caller", 3, "/caller/<tenant>/<app>", bits({Permission::Infer})},
    {"console", 3, "/console/<user>/<device>",
     bits({Permission::Infer, Permission::View, Permission::ViewPayload, Permission::OperateSafe,
           Permission::OperateRisky, Permission::ReadAudit, Permission::WitnessAudit})},
    {"node", 2, "/node/<id>", bits({Permission::Work})},
    {"worker", 2, "/worker/<id>", bits({Permission::Work})},
}};

constexpr const char* kShapes = "/caller/<tenant>/<app>, /console/<user>/<device>, /node/<id> and /worker/<id>";

// Null when no role has the path's shape.
const Role* roleOf(const SpiffeId& id) {
    const auto found = std::find_if(kRoles.begin(), kRoles.end(), [&id](const Role& role) {
        return id.path.size() == role.segments && id.path[0] == role.name;
    });
    return found == kRoles.end() ? nullptr : &*found;
}

const Role& consoleRole() {
    return kRoles[1];
}

std::string holders(Permission permission) {
    std::string text;
    for (const Role& role : kRoles) {
        if ((role.permissions & bits({permission})) != 0) {
            text += (text.empty() ? "" : " and ") + std::string(role.shape);
        }
    }
    return text;
}

Principal principalOf(const Role& role, const PeerIdentity& peer, std::string person) {
    Principal principal;
    principal.actor = {std::move(person), peer.spiffeId, peer.authMethod, peer.certificate};
    principal.role = role.name;
    principal.permissions = role.permissions;
    principal.address = peer.address;
    principal.client = printable(peer.client);
    return principal;
}

} // namespace

Result<Principal> FixedAuthorizer::identify(const PeerIdentity& peer) const {
    if (peer.spiffeId.empty()) {
        if (m_options.anonymousOperates) {
            return principalOf(consoleRole(), peer, "anonymous");
        }
        return Error{ErrorCode::Unauthenticated, "the peer at " + printable(peer.address) + " has no identity",
                     "connect with a client certificate of trust domain '" + m_options.trustDomain + "'"};
    }
    GNOMON_ASSIGN(const SpiffeId id, parseSpiffeId(peer.spiffeId));
    if (id.trustDomain != m_options.trustDomain) {
        return Error{ErrorCode::PermissionDenied,
                     "'" + peer.spiffeId + "' is of trust domain '" + id.trustDomain + "', not of '" +
                         m_options.trustDomain + "'",
                     "use a certificate that was issued for trust domain '" + m_options.trustDomain + "'"};
    }
    const Role* role = roleOf(id);
    if (role == nullptr) {
        return Error{ErrorCode::PermissionDenied, "'" + peer.spiffeId + "' has no role on this node",
                     std::string("roles are given to ") + kShapes};
    }
    const bool named = role->name == "caller" || role->name == "console";
    Principal principal = principalOf(*role, peer, named ? id.path[1] : id.path[0] + ":" + id.path[1]);
    if (role->name == "caller") {
        principal.tenant = id.path[1];
        principal.actor.person = id.path[1] + "/" + id.path[2];
    }
    return principal;
}

Status checkRole(const SpiffeId& id) {
    if (roleOf(id) == nullptr) {
        return Error{ErrorCode::InvalidArgument, "no role goes with that path",
                     std::string("roles are given to ") + kShapes};
    }
    return {};
}

Status FixedAuthorizer::authorize(const Principal& principal, Permission permission) const {
    if (principal.may(permission)) {
        return {};
    }
    const std::string& who = principal.actor.identity.empty() ? principal.actor.person : principal.actor.identity;
    return Error{ErrorCode::PermissionDenied,
                 "'" + printable(who) + "' lacks the permission " + std::string(permissionName(permission)),
                 "identities under " + holders(permission) + " have it"};
}

} // namespace gnomon::access
