// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/client/identity.h"
#include "backend/base/files.h"
#include "backend/base/pem.h"

namespace gnomon::client {

namespace {

constexpr std::size_t kMostFileBytes = 1u << 20;

Error refusal(std::string message, std::string remedy) {
    return {ErrorCode::FailedPrecondition, std::move(message), std::move(remedy)};
}

Result<std::string> readPem(const std::string& file, const std::string& what) {
    if (file.empty()) {
        return refusal("no " + what + " file is set", "name it, or connect without TLS if the node allows that");
    }
    auto text = readFile(file, kMostFileBytes);
    if (!text.ok()) {
        return refusal(text.error().message, "check the path of the " + what + " file, and who may read it");
    }
    return text;
}

} // namespace

Result<Identity> readIdentity(const ConnectOptions& options) {
    Identity identity;
    GNOMON_ASSIGN(identity.ca, readPem(options.caFile, "certificate authority"));
    GNOMON_ASSIGN(identity.certificate, readPem(options.certificateFile, "certificate"));
    GNOMON_ASSIGN(identity.key, readPem(options.keyFile, "key"));
    if (!certificateFromPem(identity.ca)) {
        return refusal(options.caFile + " holds no certificate", "name the authority's certificate, as PEM");
    }
    const CertificatePtr certificate = certificateFromPem(identity.certificate);
    if (!certificate) {
        return refusal(options.certificateFile + " holds no certificate", "name your certificate, as PEM");
    }
    const KeyPtr key = keyFromPem(identity.key);
    if (!key) {
        return refusal(options.keyFile + " holds no key without a passphrase", "name your private key, as PEM");
    }
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        return refusal("the key in " + options.keyFile + " does not belong to the certificate in " +
                           options.certificateFile,
                       "name the two files that were issued together");
    }
    return identity;
}

Status checkTimes(const Identity& identity, const ConnectOptions& options, WallTime now) {
    const CertificatePtr certificate = certificateFromPem(identity.certificate);
    auto seconds = std::chrono::system_clock::to_time_t(now);
    if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &seconds) <= 0) {
        return refusal("the certificate in " + options.certificateFile + " has expired",
                       "issue a new one: gnomonctl pki issue");
    }
    if (X509_cmp_time(X509_get0_notBefore(certificate.get()), &seconds) > 0) {
        return refusal("the certificate in " + options.certificateFile + " is not valid yet",
                       "check this machine's clock");
    }
    return {};
}

bool issuedBy(const Identity& identity) {
    const CertificatePtr authority = certificateFromPem(identity.ca);
    const CertificatePtr certificate = certificateFromPem(identity.certificate);
    return authority && certificate && X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
}

} // namespace gnomon::client
