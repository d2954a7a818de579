// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/test_pki.h"

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace gnomon::faults {

// One HTTP/2 frame (RFC 9113 section 4.1).
std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload = {});
// A header as a literal with a new name, not indexed (RFC 7541 section 6.2.2). claimed: the length that it announces
// for its value, when that is not the true one.
std::string header(const std::string& name, const std::string& value, std::optional<std::uint64_t> claimed = {});
// The header block of a ModelInfer call.
std::string callHeaders();

// A client that says what no HTTP/2 library would. Not thread-safe.
class RawPeer {
public:
    enum class Manner { Silent, Plain, Anonymous, Enrolled };

    // From 127.0.0.2, so that the address's caps are not those of good callers. Silent: connects and says nothing.
    // Plain: speaks HTTP/2 without TLS. Anonymous: TLS without a certificate. Enrolled: with the certificate.
    RawPeer(const std::string& address, Manner manner, const test::CertificateFiles& certificate);
    ~RawPeer();
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    bool connected() const { return m_open; }
    // False once the other side has closed. Reads and forgets what came back.
    bool send(const std::string& bytes);

private:
    bool shakeHands(const test::CertificateFiles* certificate);
    bool sendPart(const char* bytes, std::size_t size);
    bool awaitWritable();
    void drain();

    int m_socket = -1;
    bool m_open = false;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> m_context{nullptr, SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> m_tls{nullptr, SSL_free};
};

} // namespace gnomon::faults
