// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/access/certificate_authority.h"
#include "backend/base/files.h"
#include "tests/support/temp_folder.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace gnomon::test {

// A certificate and its key as files.
struct CertificateFiles {
    std::string certificate;
    std::string key;
};

// A certificate authority of its own in a temporary folder, for tests that connect with TLS.
class TestPki {
public:
    explicit TestPki(const std::string& trustDomain = "example.org")
        : m_authority(access::CertificateAuthority::create(trustDomain, m_clock).value()) {
        write("ca.crt", m_authority.certificate());
    }

    std::string ca() const { return path("ca.crt"); }
    const std::string& trustDomain() const { return m_authority.trustDomain(); }

    // role: "node/a", "console/ada/laptop", "caller/tenant/app".
    CertificateFiles issue(const std::string& role, const std::vector<std::string>& hostNames = {}) {
        return issueAt(m_clock, role, hostNames);
    }
    CertificateFiles issueAt(const Clock& clock, const std::string& role, const std::vector<std::string>& hostNames) {
        const auto issued = m_authority.issue({"spiffe://" + trustDomain() + "/" + role, hostNames, 30}, clock).value();
        const std::string stem = std::to_string(m_count++);
        write(stem + ".crt", issued.certificate);
        write(stem + ".key", issued.key);
        return {path(stem + ".crt"), path(stem + ".key")};
    }

    // A revocation list with these certificates.
    // days: until the next list is due; less than 0: it was.
    std::string revoke(const std::vector<std::string>& certificates, int days = 30) {
        return m_authority.revoke(certificates, days, m_clock).value();
    }

private:
    std::string path(const std::string& name) const { return (m_folder.path() / name).string(); }
    void write(const std::string& name, const std::string& text) {
        if (!writeNewFile(path(name), text, 0600).ok()) {
            throw std::runtime_error("cannot write " + name);
        }
    }

    SystemClock m_clock;
    TempFolder m_folder;
    access::CertificateAuthority m_authority;
    int m_count = 0;
};

} // namespace gnomon::test
