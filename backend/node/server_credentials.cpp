// SPDX-License-Identifier: GPL-3.0-or-later
// gRPC marks these classes experimental; nothing outside this file knows them.
#include "backend/node/server_credentials.h"
#include "backend/base/bytes.h"
#include "backend/base/files.h"
#include "backend/base/pem.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace gnomon::node {

namespace {

constexpr unsigned int kRefreshSeconds = 1;

// Clients would refuse it; the audit trail would not know whose node this was.
Status checkNodeId(const TlsFiles& files, const std::vector<std::string>& uris) {
    const std::string wanted = "spiffe://" + files.trustDomain + "/node/";
    if (uris.size() == 1 && uris[0].starts_with(wanted)) {
        return {};
    }
    return Error{ErrorCode::FailedPrecondition,
                 "the certificate in " + files.certificate.string() +
                     (uris.empty() ? " has no URI name" : " is for " + printable(uris[0], 200)) +
                     ", not for a node of " + files.trustDomain,
                 "issue one with exactly one URI name: " + wanted + "<id>"};
}

// gRPC itself would start with files that do not fit and refuse every handshake; better to say so at once.
Status checkFiles(const TlsFiles& files) {
    GNOMON_TRY(checkPrivate(files.key));
    GNOMON_ASSIGN(const std::string root, readFile(files.ca));
    GNOMON_ASSIGN(const std::string certificate, readFile(files.certificate));
    GNOMON_ASSIGN(const std::string key, readFile(files.key));
    const CertificatePtr parsedCertificate = certificateFromPem(certificate);
    const KeyPtr parsedKey = keyFromPem(key);
    if (!certificateFromPem(root)) {
        return Error{ErrorCode::Corrupt, files.ca.string() + " holds no PEM certificate"};
    }
    if (!parsedCertificate) {
        return Error{ErrorCode::Corrupt, files.certificate.string() + " holds no PEM certificate"};
    }
    if (!parsedKey || X509_check_private_key(parsedCertificate.get(), parsedKey.get()) != 1) {
        return Error{ErrorCode::Corrupt,
                     files.key.string() + " is not the key of the certificate in " + files.certificate.string()};
    }
    if (X509_cmp_current_time(X509_get0_notAfter(parsedCertificate.get())) < 0) {
        return Error{ErrorCode::FailedPrecondition, "the certificate in " + files.certificate.string() + " has expired",
                     "issue a new one, for example with gnomonctl pki issue"};
    }
    return checkNodeId(files, uriNames(parsedCertificate.get()));
}

} // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> mutualTls(const TlsFiles& files) {
    GNOMON_TRY(checkFiles(files));
    const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
        files.key.string(), files.certificate.string(), files.ca.string(), kRefreshSeconds);
    grpc::experimental::TlsServerCredentialsOptions options(provider);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    auto credentials = grpc::experimental::TlsServerCredentials(options);
    if (!credentials) {
        return Error{ErrorCode::Internal, "cannot make TLS credentials from " + files.certificate.string()};
    }
    return credentials;
}

} // namespace gnomon::node
