// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/peer.h"
#include "backend/base/bytes.h"
#include "backend/base/pem.h"

#include <grpc/grpc_security_constants.h>

#include <memory>

namespace gnomon::node {

namespace {

// "ipv4:127.0.0.1:40112" -> "127.0.0.1:40112", "ipv6:%5B::1%5D:40112" -> "[::1]:40112".
std::string addressOf(std::string peer) {
    for (const std::string_view prefix : {"ipv4:", "ipv6:"}) {
        if (peer.rfind(prefix, 0) == 0) {
            peer.erase(0, prefix.size());
        }
    }
    for (const auto& [escaped, plain] : {std::pair{"%5B", "["}, std::pair{"%5D", "]"}}) {
        if (const std::size_t at = peer.find(escaped); at != std::string::npos) {
            peer.replace(at, 3, plain);
        }
    }
    return printable(peer, 128);
}

Digest fingerprint(const std::string& pem) {
    Digest digest;
    const CertificatePtr certificate = certificateFromPem(pem);
    if (certificate) {
        unsigned int length = 0;
        X509_digest(certificate.get(), EVP_sha256(), digest.bytes.data(), &length);
    }
    return digest;
}

// Certificates are renewed; the old ones are of no use any more.
constexpr std::size_t kMostRemembered = 1024;

} // namespace

Digest PeerReader::fingerprintOf(const std::string& pem) {
    {
        const MutexLock lock(m_mutex);
        if (const auto known = m_fingerprints.find(pem); known != m_fingerprints.end()) {
            return known->second;
        }
    }
    const Digest digest = fingerprint(pem);
    const MutexLock lock(m_mutex);
    if (m_fingerprints.size() >= kMostRemembered) {
        m_fingerprints.clear();
    }
    m_fingerprints.emplace(pem, digest);
    return digest;
}

PeerIdentity PeerReader::read(const grpc::ServerContextBase& context) {
    PeerIdentity peer;
    peer.authMethod = "none";
    peer.address = addressOf(context.peer());
    const auto& metadata = context.client_metadata();
    if (const auto agent = metadata.find("user-agent"); agent != metadata.end()) {
        peer.client = printable({agent->second.data(), agent->second.size()}, 128);
    }
    const auto auth = context.auth_context();
    if (!auth || !auth->IsPeerAuthenticated()) {
        return peer;
    }
    peer.authMethod = "mtls";
    const auto ids = auth->FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
    const auto uris = auth->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
    if (ids.size() == 1 && uris.size() == 1) {
        peer.spiffeId = std::string(ids[0].data(), ids[0].size());
    }
    const auto pems = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pems.size() == 1) {
        peer.certificate = fingerprintOf(std::string(pems[0].data(), pems[0].size()));
    }
    return peer;
}

} // namespace gnomon::node
