// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "backend/base/clock.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnomon {

// Frees what OpenSSL allocated: Owned<X509, X509_free>.
template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

using CertificatePtr = Owned<X509, X509_free>;
using KeyPtr = Owned<EVP_PKEY, EVP_PKEY_free>;

// The first certificate of the text; null when it holds none.
CertificatePtr certificateFromPem(std::string_view pem);

// Every certificate of the text, up to one that cannot be read.
std::vector<CertificatePtr> certificatesFromPem(std::string_view pem);

// The first private key of the text; null when it holds none, or one that a passphrase locks: nobody is ever asked.
KeyPtr keyFromPem(std::string_view pem);

// Nothing for null and for what is no time.
std::optional<WallTime> wallTimeOf(const ASN1_TIME* time);

// The URI names of a certificate, in its order.
std::vector<std::string> uriNames(const X509* certificate);

} // namespace gnomon
