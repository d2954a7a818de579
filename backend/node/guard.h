// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/access/denial_recorder.h"
#include "backend/node/peer.h"
#include "backend/node/permissions.h"
#include "backend/port/authorizer.h"

#include <functional>
#include <string>
#include <string_view>

namespace gnomon::node {

// Stands before every handler: who calls, and may they? What it turns away is recorded. Thread-safe, never blocks.
class Guard {
public:
    // Takes note that this peer uses the connection from its address; an error when that may not be.
    using Claim = std::function<Status(const PeerIdentity& peer)>;

    // All of them must outlive the guard.
    Guard(PermissionTable permissions, const port::Authorizer& authorizer, access::DenialRecorder& denials,
          const access::Revocations& revocations, Claim claim)
        : m_permissions(std::move(permissions)), m_authorizer(authorizer), m_denials(denials),
          m_claim(std::move(claim)), m_peers(revocations) {}

    // method: full name, as in the permission table; a method that is not in it is denied. endpoint and action: what
    // the record of a denial says that it was about, where the request tells; what the peer likes, and may be empty.
    Result<Principal> admit(const grpc::ServerContextBase& context, const std::string& method,
                            std::string_view endpoint = {}, std::string_view action = {});
    // For what a request asks beyond the method's own permission, such as a risky change or a payload.
    Status require(const Principal& principal, Permission permission, const std::string& method,
                   const std::string& object);

    // Of a certificate that calls came with before.
    bool revoked(const Digest& certificate) { return m_peers.revoked(certificate); }

private:
    const PermissionTable m_permissions;
    const port::Authorizer& m_authorizer;
    access::DenialRecorder& m_denials;
    const Claim m_claim;
    PeerReader m_peers;
};

} // namespace gnomon::node
