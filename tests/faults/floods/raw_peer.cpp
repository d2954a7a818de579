// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/faults/floods/raw_peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace gnomon::faults {

namespace {

constexpr int kPatienceMs = 2000;
const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

sockaddr_in at(const char* host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

// RFC 7541 section 5.1, with a prefix of 7 bits.
std::string integer(std::uint64_t value) {
    if (value < 127) {
        return {static_cast<char>(value)};
    }
    std::string text(1, '\x7f');
    for (value -= 127; value >= 128; value /= 128) {
        text += static_cast<char>(value % 128 + 128);
    }
    return text + static_cast<char>(value);
}

} // namespace

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
    const auto length = static_cast<std::uint32_t>(payload.size());
    std::string text;
    for (const std::uint32_t byte : {length >> 16, length >> 8, length, std::uint32_t{type}, std::uint32_t{flags},
                                     stream >> 24, stream >> 16, stream >> 8, stream}) {
        text += static_cast<char>(byte & 0xff);
    }
    return text + payload;
}

std::string header(const std::string& name, const std::string& value, std::optional<std::uint64_t> claimed) {
    return std::string(1, '\0') + integer(name.size()) + name + integer(claimed.value_or(value.size())) + value;
}

std::string callHeaders() {
    return header(":method", "POST") + header(":scheme", "https") +
           header(":path", "/inference.GRPCInferenceService/ModelInfer") + header(":authority", "localhost") +
           header("content-type", "application/grpc") + header("te", "trailers");
}

RawPeer::RawPeer(const std::string& address, Manner manner, const test::CertificateFiles& certificate) {
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const sockaddr_in from = at("127.0.0.2", 0);
    const sockaddr_in to =
        at("127.0.0.1", static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    const int yes = 1;
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::bind(m_socket, reinterpret_cast<const sockaddr*>(&from), sizeof from);
    ::connect(m_socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (manner == Manner::Silent) {
        m_open = m_socket >= 0;
        return;
    }
    m_open = awaitWritable();
    if (m_open && manner != Manner::Plain) {
        m_open = shakeHands(manner == Manner::Enrolled ? &certificate : nullptr);
    }
    m_open = m_open && send(kPreface + frame(4, 0, 0));
}

RawPeer::~RawPeer() {
    ::close(m_socket);
}

bool RawPeer::shakeHands(const test::CertificateFiles* certificate) {
    m_context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(m_context.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_mode(m_context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    static constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};
    SSL_CTX_set_alpn_protos(m_context.get(), kHttp2.data(), kHttp2.size());
    if (certificate != nullptr) {
        SSL_CTX_use_certificate_chain_file(m_context.get(), certificate->certificate.c_str());
        SSL_CTX_use_PrivateKey_file(m_context.get(), certificate->key.c_str(), SSL_FILETYPE_PEM);
    }
    m_tls.reset(SSL_new(m_context.get()));
    SSL_set_fd(m_tls.get(), m_socket);
    for (;;) {
        const int done = SSL_connect(m_tls.get());
        if (done == 1) {
            return true;
        }
        const int why = SSL_get_error(m_tls.get(), done);
        pollfd wanted{m_socket, static_cast<short>(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
        if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) || ::poll(&wanted, 1, kPatienceMs) <= 0) {
            return false;
        }
    }
}

bool RawPeer::awaitWritable() {
    pollfd wanted{m_socket, POLLOUT, 0};
    return ::poll(&wanted, 1, kPatienceMs) > 0 && (wanted.revents & (POLLERR | POLLHUP)) == 0;
}

bool RawPeer::send(const std::string& bytes) {
    for (std::size_t at = 0; m_open && at < bytes.size(); at += std::size_t{64} << 10) {
        m_open = sendPart(bytes.data() + at, std::min(bytes.size() - at, std::size_t{64} << 10));
    }
    drain();
    return m_open;
}

bool RawPeer::sendPart(const char* bytes, std::size_t size) {
    while (size > 0) {
        ssize_t sent = 0;
        if (m_tls) {
            sent = SSL_write(m_tls.get(), bytes, static_cast<int>(size));
            if (sent <= 0) {
                const int why = SSL_get_error(m_tls.get(), static_cast<int>(sent));
                if (why != SSL_ERROR_WANT_WRITE && why != SSL_ERROR_WANT_READ) {
                    return false;
                }
            }
        } else {
            sent = ::send(m_socket, bytes, size, MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN) {
                return false;
            }
        }
        if (sent > 0) {
            bytes += sent;
            size -= static_cast<std::size_t>(sent);
        } else {
            drain(); // or both sides wait for each other
            if (!m_open || !awaitWritable()) {
                return false;
            }
        }
    }
    return true;
}

void RawPeer::drain() {
    std::array<char, 16384> forgotten{};
    for (;;) {
        if (m_tls) {
            const int got = SSL_read(m_tls.get(), forgotten.data(), static_cast<int>(forgotten.size()));
            if (got > 0) {
                continue;
            }
            const int why = SSL_get_error(m_tls.get(), got);
            m_open = m_open && (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE);
            return;
        }
        const ssize_t got = ::recv(m_socket, forgotten.data(), forgotten.size(), 0);
        if (got > 0) {
            continue;
        }
        m_open = m_open && got < 0 && errno == EAGAIN;
        return;
    }
}

} // namespace gnomon::faults
