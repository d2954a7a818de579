// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/front_proxy/stranger.h"
#include "backend/base/check.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace gnomon::test {

namespace {

sockaddr_in addressOf(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    GNOMON_CHECK(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
    return address;
}

} // namespace

std::string clientHello(std::string serverName) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    BIO* const said = BIO_new(BIO_s_mem());
    SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), said); // which owns both from now on
    if (!serverName.empty()) {
        // As SSL_set_tlsext_host_name(), which is a macro with an old cast.
        SSL_ctrl(tls.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, serverName.data());
    }
    SSL_connect(tls.get()); // gets no answer
    std::string hello(4096, '\0');
    const int length = BIO_read(said, hello.data(), static_cast<int>(hello.size()));
    GNOMON_CHECK(length > 0);
    hello.resize(static_cast<std::size_t>(length));
    return hello;
}

Stranger::Stranger(const std::string& source, const std::string& target, const std::string& says)
    : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in from = addressOf(source, 0);
    const std::size_t colon = target.rfind(':');
    const sockaddr_in to = addressOf(target.substr(0, colon), std::stoi(target.substr(colon + 1)));
    GNOMON_CHECK(::bind(m_descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        ::close(std::exchange(m_descriptor, -1)); // it was reset before this thread came to see it
        return;
    }
    [[maybe_unused]] const ssize_t sent = ::send(m_descriptor, says.data(), says.size(), MSG_NOSIGNAL);
}

Stranger::~Stranger() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

Stranger::Stranger(Stranger&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

Stranger::Fate Stranger::fate(std::chrono::milliseconds patience) {
    if (m_descriptor < 0) {
        return Fate::Closed;
    }
    pollfd waiting{m_descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) == 0) {
        return Fate::Waiting;
    }
    char byte = 0;
    return ::recv(m_descriptor, &byte, 1, 0) > 0 ? Fate::Answered : Fate::Closed;
}

} // namespace gnomon::test
