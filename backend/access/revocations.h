// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/mutex.h"
#include "backend/base/pem.h"
#include "backend/base/result.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace gnomon::access {

// The certificates that their authority has withdrawn. A value, constant once read.
class RevocationList {
public:
    RevocationList() = default; // nothing is revoked
    // file: PEM, one list (RFC 5280) or several; or a folder of such files (*.pem, *.crl). ca: the authority's
    // certificates, PEM. Corrupt names the file that holds no list; PermissionDenied one that none of them signed. A
    // list whose next one is due goes on to hold: what was revoked stays so.
    static Result<RevocationList> read(const std::filesystem::path& file, const std::filesystem::path& ca);

    bool contains(const X509* certificate) const;
    std::size_t size() const { return m_revoked.size(); }
    // When an authority should have issued its next list: the first of them, each by its newest. Absent where no list
    // says so.
    std::optional<WallTime> nextDue() const { return m_nextDue; }

private:
    std::set<std::string> m_revoked; // issuer's name and serial number, both DER
    std::optional<WallTime> m_nextDue;
};

// The list in force. Thread-safe.
class Revocations {
public:
    void replace(RevocationList list);
    bool contains(const X509* certificate) const { return current()->contains(certificate); }
    std::size_t size() const { return current()->size(); }
    // For people, once the next list is overdue.
    std::optional<std::string> alarm(WallTime now) const;
    // Another number after each replace(): what was found out about a certificate before it counts no more.
    std::uint64_t revision() const { return m_revision; }

private:
    std::shared_ptr<const RevocationList> current() const;

    mutable Mutex m_mutex;
    std::shared_ptr<const RevocationList> m_list GUARDED_BY(m_mutex) = std::make_shared<RevocationList>();
    std::atomic<std::uint64_t> m_revision{0};
};

} // namespace gnomon::access
