// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/result.h"
#include "backend/domain/identity.h"

namespace gnomon::port {

// Turns a peer into a principal and says what it may do. Thread-safe; never blocks.
class Authorizer {
public:
    virtual ~Authorizer() = default;
    // Unauthenticated when the identity is missing or malformed, PermissionDenied when it has no role here.
    virtual Result<Principal> identify(const PeerIdentity& peer) const = 0;
    // PermissionDenied names the permission that is missing and who has it.
    virtual Status authorize(const Principal& principal, Permission permission) const = 0;
};

} // namespace gnomon::port
