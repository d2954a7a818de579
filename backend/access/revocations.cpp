// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/revocations.h"
#include "backend/base/files.h"

#include <openssl/pem.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace gnomon::access {

namespace {

namespace fs = std::filesystem;

using CrlPtr = Owned<X509_CRL, X509_CRL_free>;
using BioPtr = Owned<BIO, BIO_free>;

constexpr std::size_t kMostBytes = 32u << 20;

std::string nameOf(const X509_NAME* issuer) {
    const unsigned char* name = nullptr;
    std::size_t length = 0;
    X509_NAME_get0_der(issuer, &name, &length);
    return {reinterpret_cast<const char*>(name), length};
}

std::string keyOf(const X509_NAME* issuer, const ASN1_INTEGER* serial) {
    std::string key = nameOf(issuer);
    key.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
               static_cast<std::size_t>(ASN1_STRING_length(serial)));
    return key;
}

Result<std::vector<fs::path>> filesOf(const fs::path& path) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
        return std::vector<fs::path>{path};
    }
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, problem)) {
        if (entry.path().extension() == ".pem" || entry.path().extension() == ".crl") {
            files.push_back(entry.path());
        }
    }
    if (problem) {
        return Error{ErrorCode::NotFound, "cannot read the folder " + path.string() + ": " + problem.message()};
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::size_t countOf(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) {
        ++count;
    }
    return count;
}

bool signedByOneOf(X509_CRL* list, const std::vector<CertificatePtr>& authorities) {
    return std::any_of(authorities.begin(), authorities.end(), [list](const CertificatePtr& authority) {
        return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority.get())) == 0 &&
               X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1;
    });
}

} // namespace

Result<RevocationList> RevocationList::read(const fs::path& file, const fs::path& ca) {
    GNOMON_ASSIGN(const std::string caText, readFile(ca));
    const std::vector<CertificatePtr> authorities = certificatesFromPem(caText);
    GNOMON_ASSIGN(const std::vector<fs::path> files, filesOf(file));
    RevocationList all;
    std::map<std::string, WallTime> nextOf; // by the issuer's name, DER
    for (const fs::path& one : files) {
        GNOMON_ASSIGN(const std::string text, readFile(one, kMostBytes));
        const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
        std::size_t lists = 0;
        while (const CrlPtr list{PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)}) {
            ++lists;
            if (!signedByOneOf(list.get(), authorities)) {
                return Error{ErrorCode::PermissionDenied,
                             "a revocation list in " + one.string() + " was not signed by an authority in " +
                                 ca.string(),
                             "have it issued by the authority whose certificates it revokes"};
            }
            if (const auto next = wallTimeOf(X509_CRL_get0_nextUpdate(list.get()))) {
                WallTime& newest = nextOf.try_emplace(nameOf(X509_CRL_get_issuer(list.get())), *next).first->second;
                newest = std::max(newest, *next);
            }
            const STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
            for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
                all.m_revoked.insert(keyOf(X509_CRL_get_issuer(list.get()),
                                           X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
            }
        }
        // Reading ends at the first that is damaged: what that one and those behind it revoke must not be let in.
        if (lists == 0 || countOf(text, "-----BEGIN X509 CRL-----") != lists ||
            countOf(text, "-----END X509 CRL-----") != lists) {
            return Error{ErrorCode::Corrupt, one.string() + " holds no revocation list, or one that cannot be read",
                         "write it as PEM, whole: openssl crl -inform DER -in LIST -out FILE"};
        }
    }
    for (const auto& [issuer, next] : nextOf) {
        all.m_nextDue = std::min(all.m_nextDue.value_or(next), next);
    }
    return all;
}

bool RevocationList::contains(const X509* certificate) const {
    return !m_revoked.empty() &&
           m_revoked.contains(keyOf(X509_get_issuer_name(certificate), X509_get0_serialNumber(certificate)));
}

void Revocations::replace(RevocationList list) {
    auto fresh = std::make_shared<const RevocationList>(std::move(list));
    {
        const MutexLock lock(m_mutex);
        m_list.swap(fresh);
    }
    ++m_revision;
}

std::optional<std::string> Revocations::alarm(WallTime now) const {
    const std::optional<WallTime> due = current()->nextDue();
    if (!due || now < *due) {
        return std::nullopt;
    }
    return "the certificate revocation list is overdue since " + toRfc3339(*due) +
           ": what was revoked after it is let in; bring the authority's newest list";
}

std::shared_ptr<const RevocationList> Revocations::current() const {
    const MutexLock lock(m_mutex);
    return m_list;
}

} // namespace gnomon::access
