// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/access/certificate_authority.h"
#include "backend/access/fixed_authorizer.h"
#include "backend/access/spiffe_id.h"
#include "backend/base/files.h"
#include "backend/base/pem.h"
#include "backend/base/random.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <array>
#include <ctime>
#include <memory>

namespace gnomon::access {

namespace {

using BioPtr = Owned<BIO, BIO_free_all>;
using ExtensionPtr = Owned<X509_EXTENSION, X509_EXTENSION_free>;

constexpr int kRootDays = 3650;
constexpr int kMostLeafDays = 397;

Error failed(const std::string& what) {
    return {ErrorCode::Internal, "the cryptography library could not " + what};
}

std::string drain(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string toPem(X509* certificate) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(bio.get(), certificate);
    return drain(bio.get());
}

std::string toPem(EVP_PKEY* key) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return drain(bio.get());
}

bool addExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Version 3, random serial number, names and validity; a minute is taken off the start for clocks that run behind.
CertificatePtr blankCertificate(const std::string& commonName, EVP_PKEY* key, WallTime now, int days) {
    CertificatePtr certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::array<std::uint8_t, 16> serial{};
    SystemRandom().fill(serial);
    serial[0] &= 0x7f;
    BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
    BN_free(number);
    std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, -60, &seconds);
    X509_time_adj_ex(X509_getm_notAfter(certificate.get()), days, 0, &seconds);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Gnomon"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(commonName.c_str()),
                               -1, -1, 0);
    X509_set_pubkey(certificate.get(), key);
    return certificate;
}

Result<std::string> alternativeNames(const CertificateRequest& request) {
    std::string names = "URI:" + request.spiffeId;
    for (const std::string& host : request.hostNames) {
        std::array<std::uint8_t, 16> address{};
        const bool isAddress = inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                               inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
        const bool plain = !host.empty() && host.find_first_of(", :\n\t") == std::string::npos;
        if (!isAddress && !plain) {
            return Error{ErrorCode::InvalidArgument, "'" + printable(host, 80) + "' is not a host name or IP address"};
        }
        names += (isAddress ? ",IP:" : ",DNS:") + host;
    }
    return names;
}

// Callers and consoles only ever connect; their certificates must not pass for a node's.
std::string usesOf(const SpiffeId& id) {
    const std::string& role = id.path.front();
    return role == "caller" || role == "console" ? "clientAuth" : "serverAuth,clientAuth";
}

} // namespace

Result<CertificateAuthority> CertificateAuthority::create(const std::string& trustDomain, const Clock& clock) {
    GNOMON_TRY(parseSpiffeId("spiffe://" + trustDomain + "/root"));
    const KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) {
        return failed("make a P-256 key");
    }
    const CertificatePtr root =
        blankCertificate("Gnomon root of " + trustDomain, key.get(), clock.wallNow(), kRootDays);
    X509_set_issuer_name(root.get(), X509_get_subject_name(root.get()));
    const bool extended = addExtension(root.get(), root.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                          addExtension(root.get(), root.get(), NID_key_usage, "critical,keyCertSign,cRLSign") &&
                          addExtension(root.get(), root.get(), NID_subject_key_identifier, "hash") &&
                          addExtension(root.get(), root.get(), NID_subject_alt_name, "URI:spiffe://" + trustDomain);
    if (!extended || X509_sign(root.get(), key.get(), EVP_sha256()) == 0) {
        return failed("sign the root certificate");
    }
    CertificateAuthority authority;
    authority.m_trustDomain = trustDomain;
    authority.m_certificate = toPem(root.get());
    authority.m_key = toPem(key.get());
    return authority;
}

Result<CertificateAuthority> CertificateAuthority::load(const std::filesystem::path& folder) {
    const std::filesystem::path keyFile = folder / "ca.key";
    GNOMON_TRY(checkPrivate(keyFile));
    CertificateAuthority authority;
    GNOMON_ASSIGN(authority.m_certificate, readFile(folder / "ca.crt"));
    GNOMON_ASSIGN(authority.m_key, readFile(keyFile));
    const CertificatePtr root = certificateFromPem(authority.m_certificate);
    const KeyPtr key = keyFromPem(authority.m_key);
    if (!root || !key || X509_check_private_key(root.get(), key.get()) != 1) {
        return Error{ErrorCode::Corrupt, "ca.crt and ca.key in " + folder.string() + " do not belong together"};
    }
    auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(root.get(), NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI) {
            const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
            const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                                   static_cast<std::size_t>(ASN1_STRING_length(uri)));
            // The root's own name has no path, so one is lent to it for parsing.
            const auto id = parseSpiffeId(text + "/root");
            authority.m_trustDomain = id ? id->trustDomain : "";
        }
    }
    GENERAL_NAMES_free(names);
    if (authority.m_trustDomain.empty()) {
        return Error{ErrorCode::Corrupt, "ca.crt in " + folder.string() + " names no trust domain"};
    }
    return authority;
}

Status CertificateAuthority::save(const std::filesystem::path& folder) const {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) {
        return Error{ErrorCode::Internal, "cannot make " + folder.string() + ": " + problem.message()};
    }
    if (std::filesystem::exists(folder / "ca.key")) {
        return Error{
            ErrorCode::AlreadyExists, folder.string() + " holds an authority already",
            "issue from it, or name another folder: a new authority would not vouch for what the old one issued"};
    }
    GNOMON_TRY(writeNewFile(folder / "ca.key", m_key, 0600));
    return writeNewFile(folder / "ca.crt", m_certificate, 0644);
}

Result<IssuedCertificate> CertificateAuthority::issue(const CertificateRequest& request, const Clock& clock) const {
    const Result<SpiffeId> parsed = parseSpiffeId(request.spiffeId);
    if (!parsed) { // not a peer that is to be trusted, but a person who asks
        return Error{ErrorCode::InvalidArgument, parsed.error().message, parsed.error().remedy};
    }
    const SpiffeId& id = *parsed;
    GNOMON_TRY(checkRole(id));
    if (id.path.front() == "node" && request.hostNames.empty()) {
        return Error{ErrorCode::InvalidArgument, "the certificate of a node names its host: clients check it",
                     "--host NAME, for every name and address that clients use"};
    }
    if (id.trustDomain != m_trustDomain) {
        return Error{ErrorCode::InvalidArgument,
                     request.spiffeId + " is outside the trust domain " + m_trustDomain + " of this authority"};
    }
    if (request.days < 1 || request.days > kMostLeafDays) {
        return Error{ErrorCode::InvalidArgument,
                     "a certificate lasts 1 to 397 days, not " + std::to_string(request.days)};
    }
    GNOMON_ASSIGN(const std::string names, alternativeNames(request));
    const CertificatePtr root = certificateFromPem(m_certificate);
    const KeyPtr rootKey = keyFromPem(m_key);
    const KeyPtr key(EVP_EC_gen("P-256"));
    if (!root || !rootKey || !key) {
        return failed("make a P-256 key");
    }
    const std::string commonName = request.spiffeId.substr(request.spiffeId.rfind('/') + 1).substr(0, 60);
    const CertificatePtr leaf = blankCertificate(commonName, key.get(), clock.wallNow(), request.days);
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(root.get()));
    const bool extended = addExtension(leaf.get(), root.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                          addExtension(leaf.get(), root.get(), NID_key_usage, "critical,digitalSignature") &&
                          addExtension(leaf.get(), root.get(), NID_ext_key_usage, usesOf(id)) &&
                          addExtension(leaf.get(), root.get(), NID_subject_alt_name, names) &&
                          addExtension(leaf.get(), root.get(), NID_authority_key_identifier, "keyid");
    if (!extended || X509_sign(leaf.get(), rootKey.get(), EVP_sha256()) == 0) {
        return failed("sign the certificate of " + request.spiffeId);
    }
    return IssuedCertificate{toPem(leaf.get()), toPem(key.get())};
}

Result<std::string> CertificateAuthority::revoke(const std::vector<std::string>& certificates, int days,
                                                 const Clock& clock) const {
    const CertificatePtr root = certificateFromPem(m_certificate);
    const KeyPtr rootKey = keyFromPem(m_key);
    const Owned<X509_CRL, X509_CRL_free> list(X509_CRL_new());
    const std::time_t now =
        std::chrono::duration_cast<std::chrono::seconds>(clock.wallNow().time_since_epoch()).count();
    const Owned<ASN1_TIME, ASN1_TIME_free> from(ASN1_TIME_adj(nullptr, now, 0, -60));
    const Owned<ASN1_TIME, ASN1_TIME_free> until(ASN1_TIME_adj(nullptr, now, days, 0));
    X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(root.get()));
    X509_CRL_set1_lastUpdate(list.get(), from.get());
    X509_CRL_set1_nextUpdate(list.get(), until.get());
    for (const std::string& pem : certificates) {
        const CertificatePtr certificate = certificateFromPem(pem);
        if (!certificate || X509_verify(certificate.get(), X509_get0_pubkey(root.get())) != 1) {
            return Error{ErrorCode::InvalidArgument, "a certificate that is to be revoked is not this authority's"};
        }
        Owned<X509_REVOKED, X509_REVOKED_free> revoked(X509_REVOKED_new());
        X509_REVOKED_set_serialNumber(revoked.get(), X509_get_serialNumber(certificate.get()));
        X509_REVOKED_set_revocationDate(revoked.get(), from.get());
        X509_CRL_add0_revoked(list.get(), revoked.release());
    }
    X509_CRL_sort(list.get());
    if (X509_CRL_sign(list.get(), rootKey.get(), EVP_sha256()) == 0) {
        return failed("sign the revocation list");
    }
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509_CRL(bio.get(), list.get());
    return drain(bio.get());
}

} // namespace gnomon::access
