// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/peer.h"
#include "backend/base/bytes.h"
#include "backend/base/pem.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <memory>
#include <vector>

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

std::string spiffeIdOf(const grpc::AuthContext& connection) {
    const auto ids = connection.FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
    const auto uris = connection.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
    return ids.size() == 1 && uris.size() == 1 ? std::string(ids[0].data(), ids[0].size()) : std::string();
}

// Certificates are renewed; the old ones are of no use any more.
constexpr std::size_t kMostRemembered = 8192;

} // namespace

// A text is the certificate's own: what else the connection says of it can be remembered with it.
PeerReader::Facts PeerReader::factsOf(std::string_view pem, const grpc::AuthContext* connection) {
    const std::uint64_t revision = m_revocations.revision();
    Facts facts;
    {
        const MutexLock lock(m_mutex);
        if (const auto known = m_known.find(pem); known != m_known.end()) {
            if (known->second.revision == revision) {
                return known->second;
            }
            facts.spiffeId = known->second.spiffeId;
        } else if (connection != nullptr) {
            facts.spiffeId = spiffeIdOf(*connection);
        }
    }
    facts.revision = revision;
    if (const CertificatePtr certificate = certificateFromPem(std::string(pem))) {
        unsigned int length = 0;
        X509_digest(certificate.get(), EVP_sha256(), facts.fingerprint.bytes.data(), &length);
        facts.revoked = m_revocations.contains(certificate.get());
    }
    const MutexLock lock(m_mutex);
    if (m_known.size() >= kMostRemembered) {
        m_known.clear();
    }
    m_known.insert_or_assign(std::string(pem), facts);
    return facts;
}

bool PeerReader::revoked(const Digest& fingerprint) {
    std::vector<std::string> pems;
    {
        const MutexLock lock(m_mutex);
        for (const auto& [pem, facts] : m_known) {
            if (facts.fingerprint == fingerprint) {
                pems.push_back(pem);
            }
        }
    }
    return std::any_of(pems.begin(), pems.end(), [this](const std::string& pem) { return factsOf(pem).revoked; });
}

PeerReader::Peer PeerReader::read(const grpc::ServerContextBase& context) {
    Peer read;
    PeerIdentity& peer = read.identity;
    peer.authMethod = "none";
    peer.address = addressOf(context.peer());
    const auto& metadata = context.client_metadata();
    if (const auto agent = metadata.find("user-agent"); agent != metadata.end()) {
        peer.client = printable({agent->second.data(), agent->second.size()}, 128);
    }
    const auto auth = context.auth_context();
    if (!auth || !auth->IsPeerAuthenticated()) {
        return read;
    }
    peer.authMethod = "mtls";
    const auto pems = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pems.size() == 1) {
        Facts facts = factsOf({pems[0].data(), pems[0].size()}, auth.get());
        peer.spiffeId = std::move(facts.spiffeId);
        peer.certificate = facts.fingerprint;
        read.revoked = facts.revoked;
    }
    return read;
}

} // namespace gnomon::node
