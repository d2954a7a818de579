// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace gnomon {

namespace {

Owned<BIO, BIO_free> reader(std::string_view text) {
    return Owned<BIO, BIO_free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

} // namespace

CertificatePtr certificateFromPem(std::string_view pem) {
    return CertificatePtr(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

std::vector<CertificatePtr> certificatesFromPem(std::string_view pem) {
    const auto text = reader(pem);
    std::vector<CertificatePtr> certificates;
    while (CertificatePtr certificate{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

KeyPtr keyFromPem(std::string_view pem) {
    const auto noPassphrase = [](char*, int, int, void*) { return -1; };
    return KeyPtr(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, noPassphrase, nullptr));
}

std::optional<WallTime> wallTimeOf(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) { // OpenSSL reads null as the present time
        return std::nullopt;
    }
    return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::vector<std::string> uriNames(const X509* certificate) {
    std::vector<std::string> uris;
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_URI) {
            const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
            uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                              static_cast<std::size_t>(ASN1_STRING_length(uri)));
        }
    }
    return uris;
}

} // namespace gnomon
