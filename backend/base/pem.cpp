// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/base/pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

namespace gnomon {

namespace {

Owned<BIO, BIO_free> reader(std::string_view text) {
    return Owned<BIO, BIO_free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

} // namespace

CertificatePtr certificateFromPem(std::string_view pem) {
    return CertificatePtr(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
}

KeyPtr keyFromPem(std::string_view pem) {
    const auto noPassphrase = [](char*, int, int, void*) { return -1; };
    return KeyPtr(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, noPassphrase, nullptr));
}

} // namespace gnomon
