// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"
#include "backend/client/connect_options.h"

#include <string>

namespace gnomon::client {

// The PEM texts that a client connects with.
struct Identity {
    std::string ca;
    std::string certificate;
    std::string key; // secret
};

// Reads the three files and checks what would otherwise only show as a connection that does not come about: that they
// are what they should be and belong together. FailedPrecondition names file, cause and remedy.
Result<Identity> readIdentity(const ConnectOptions& options);

// FailedPrecondition when the client's certificate has expired or is not valid yet.
Status checkTimes(const Identity& identity, const ConnectOptions& options, WallTime now);

// False when the authority has not issued the certificate: a node of that authority will not accept it.
bool issuedBy(const Identity& identity);

} // namespace gnomon::client
