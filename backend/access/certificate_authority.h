// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"
#include "backend/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace gnomon::access {

// What a certificate is to say. spiffeId is its only URI name (a second one would make the identity ambiguous).
struct CertificateRequest {
    std::string spiffeId;               // "spiffe://example/console/ada/laptop"
    std::vector<std::string> hostNames; // DNS names and IP addresses; needed by nodes, empty for callers and people
    int days = 30;                      // 1..397
};

// A certificate and its key as PEM text.
struct IssuedCertificate {
    std::string certificate;
    std::string key; // PKCS #8; secret
};

// The small certificate authority for stand-alone use: P-256 throughout, one self-signed root for one trust domain.
// Larger installations bring their own files. Not thread-safe; each value holds the root key in memory.
class CertificateAuthority {
public:
    // Makes a root that is valid for ten years.
    static Result<CertificateAuthority> create(const std::string& trustDomain, const Clock& clock);
    // Reads ca.crt and ca.key of a folder. NotFound, Corrupt, or PermissionDenied when others can read the key.
    static Result<CertificateAuthority> load(const std::filesystem::path& folder);

    // Writes ca.crt and ca.key (mode 0600). AlreadyExists rather than overwriting a root.
    Status save(const std::filesystem::path& folder) const;

    // InvalidArgument when the id is malformed or belongs to another trust domain.
    Result<IssuedCertificate> issue(const CertificateRequest& request, const Clock& clock) const;

    // A revocation list (PEM) with these certificates (PEM) on it, for so many days: all of them each time, for the
    // newest list replaces the one before. InvalidArgument for a certificate that this authority did not issue.
    Result<std::string> revoke(const std::vector<std::string>& certificates, int days, const Clock& clock) const;

    const std::string& trustDomain() const { return m_trustDomain; }
    const std::string& certificate() const { return m_certificate; }

private:
    CertificateAuthority() = default;

    std::string m_trustDomain;
    std::string m_certificate; // PEM
    std::string m_key;         // PEM
};

} // namespace gnomon::access
