// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/domain/identity.h"

#include <grpcpp/server_context.h>

namespace gnomon::node {

// Who calls, from the connection's verified certificate. The SPIFFE id is only taken when the certificate has exactly
// one URI name; TLS accepts certificates with two, and their identity would be ambiguous (SPIFFE X509-SVID section 2).
PeerIdentity peerOf(const grpc::ServerContextBase& context);

} // namespace gnomon::node
