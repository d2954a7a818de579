// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/access/spiffe_id.h"
#include "backend/port/authorizer.h"

namespace gnomon::access {

// Whether the path has the shape of one of the roles below. InvalidArgument names them.
Status checkRole(const SpiffeId& id);

struct FixedAuthorizerOptions {
    std::string trustDomain; // identities of every other domain are refused
    // Peers without an identity are the console role's person "anonymous". Only for a node that was told to listen in
    // plaintext, and shown as unprotected everywhere.
    bool anonymousOperates = false;
};

// The rule of the first days (design.md section 4): what a SPIFFE id's path begins with decides.
//   /caller/<tenant>/<app>   infers
//   /console/<user>/<device> views, operates, reads and witnesses the audit trail, infers; the person is <user>
//   /node/<id>, /worker/<id> do their part
// Everything else is denied. Thread-safe; immutable.
class FixedAuthorizer final : public port::Authorizer {
public:
    explicit FixedAuthorizer(FixedAuthorizerOptions options) : m_options(std::move(options)) {}

    Result<Principal> identify(const PeerIdentity& peer) const override;
    Status authorize(const Principal& principal, Permission permission) const override;

private:
    const FixedAuthorizerOptions m_options;
};

} // namespace gnomon::access
