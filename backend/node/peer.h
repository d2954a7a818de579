// SPDX-License-Identifier: GPL-3.0-or-later
// Shows gRPC types: for the files of this folder only.
#pragma once

#include "backend/access/revocations.h"
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
    struct Peer {
        PeerIdentity identity;
        bool revoked = false; // its certificate is
    };

    // revocations must outlive the reader.
    explicit PeerReader(const access::Revocations& revocations) : m_revocations(revocations) {}

    // Of a certificate that was read before; only those are asked for.
    bool revoked(const Digest& fingerprint);
    Peer read(const grpc::ServerContextBase& context);

private:
    struct Facts {
        std::string spiffeId; // empty: it has none, or several
        Digest fingerprint;
        bool revoked = false;
        std::uint64_t revision = 0; // of the revocations, then
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    Facts factsOf(std::string_view pem, const grpc::AuthContext* connection = nullptr);

    const access::Revocations& m_revocations;
    Mutex m_mutex;
    std::unordered_map<std::string, Facts, TextHash, std::equal_to<>> m_known GUARDED_BY(m_mutex);
};

} // namespace gnomon::node
