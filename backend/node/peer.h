// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/base/mutex.h"
#include "backend/domain/identity.h"

#include <grpcpp/server_context.h>

#include <string>
#include <unordered_map>

namespace gnomon::node {

// Reads who calls from the connection's verified certificate. The SPIFFE id is only taken when the certificate has
// exactly one URI name; TLS accepts certificates with two, and their identity would be ambiguous (SPIFFE X509-SVID
// section 2). Thread-safe. What a certificate says is remembered, because parsing one costs more than a small model.
class PeerReader {
public:
    PeerIdentity read(const grpc::ServerContextBase& context);

private:
    Digest fingerprintOf(const std::string& pem);

    Mutex m_mutex;
    std::unordered_map<std::string, Digest> m_fingerprints GUARDED_BY(m_mutex);
};

} // namespace gnomon::node
