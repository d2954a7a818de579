// SPDX-License-Identifier: GPL-3.0-or-later
// gRPC marks these classes experimental; nothing outside this file knows them.
#include "backend/node/server_credentials.h"
#include "backend/base/bytes.h"
#include "backend/base/files.h"
#include "backend/base/pem.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace gnomon::node {

namespace {

constexpr unsigned int kRefreshSeconds = 1;
constexpr const char* kRoot = "ca.pem";
constexpr const char* kIdentity = "identity.pem";

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

struct TlsTexts {
    std::string ca;
    std::string identity; // certificate and key in one file, so that they change together
};

// With what can be done about one that is not there yet, or was left to root.
Result<std::string> readNamed(const std::filesystem::path& file) {
    auto text = readFile(file);
    if (!text && text.error().code == ErrorCode::NotFound) {
        return Error{ErrorCode::NotFound, text.error().message,
                     "gnomonctl pki makes an authority and this node's certificate; [tls] names the files"};
    }
    if (!text && text.error().code == ErrorCode::PermissionDenied) {
        return Error{ErrorCode::PermissionDenied, text.error().message,
                     "give it to the user that the node runs as: chown USER: " + file.string()};
    }
    return text;
}

Result<TlsTexts> readGood(const TlsFiles& files) {
    GNOMON_ASSIGN(const std::string root, readNamed(files.ca));
    GNOMON_ASSIGN(const std::string certificate, readNamed(files.certificate));
    GNOMON_ASSIGN(const std::string key, readNamed(files.key));
    GNOMON_TRY(checkPrivate(files.key));
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
    GNOMON_TRY(checkNodeId(files, uriNames(parsedCertificate.get())));
    return TlsTexts{root, certificate + "\n" + key};
}

// After the certificate was found to be the authority's.
class RevocationVerifier final : public grpc::experimental::ExternalCertificateVerifier {
public:
    explicit RevocationVerifier(const access::Revocations& revocations) : m_revocations(revocations) {}

    bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
                grpc::Status* status) override {
        const grpc::string_ref pem = request->peer_cert();
        const CertificatePtr certificate = certificateFromPem({pem.data(), pem.size()});
        if (!certificate || m_revocations.contains(certificate.get())) {
            *status = {grpc::StatusCode::UNAUTHENTICATED, "the certificate is revoked"};
        }
        return true; // that was all
    }
    void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

private:
    const access::Revocations& m_revocations;
};

} // namespace

Status MutualTls::check(const TlsFiles& files) {
    const auto texts = readGood(files);
    return texts ? Status() : Status(texts.error());
}

Result<std::unique_ptr<MutualTls>> MutualTls::open(TlsFiles files, std::filesystem::path folder,
                                                   const access::Revocations& revocations) {
    using namespace grpc::experimental;
    std::unique_ptr<MutualTls> tls(new MutualTls(std::move(files), std::move(folder)));
    std::error_code problem;
    std::filesystem::create_directories(tls->m_folder, problem);
    std::filesystem::permissions(tls->m_folder, std::filesystem::perms::owner_all, problem);
    if (problem) {
        return Error{ErrorCode::Internal, "cannot make " + tls->m_folder.string() + ": " + problem.message()};
    }
    GNOMON_TRY(tls->reload());
    const std::string identity = tls->m_folder / kIdentity;
    const auto provider =
        std::make_shared<FileWatcherCertificateProvider>(identity, identity, tls->m_folder / kRoot, kRefreshSeconds);
    TlsServerCredentialsOptions options(provider);
    options.watch_root_certs();
    options.watch_identity_key_cert_pairs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.set_certificate_verifier(ExternalCertificateVerifier::Create<RevocationVerifier>(revocations));
    tls->m_credentials = TlsServerCredentials(options);
    if (!tls->m_credentials) {
        return Error{ErrorCode::Internal, "cannot make TLS credentials from " + tls->m_files.certificate.string()};
    }
    return tls;
}

MutualTls::~MutualTls() {
    m_credentials.reset();
    std::error_code ignored;
    std::filesystem::remove(m_folder / kIdentity, ignored);
    std::filesystem::remove(m_folder / kRoot, ignored);
    std::filesystem::remove(m_folder, ignored);
}

Result<bool> MutualTls::reload() {
    GNOMON_ASSIGN(const TlsTexts texts, readGood(m_files));
    if (texts.ca + texts.identity == m_inUse) {
        return false;
    }
    GNOMON_TRY(replaceFile(m_folder / kRoot, texts.ca, 0600));
    GNOMON_TRY(replaceFile(m_folder / kIdentity, texts.identity, 0600));
    m_inUse = texts.ca + texts.identity;
    return true;
}

} // namespace gnomon::node
