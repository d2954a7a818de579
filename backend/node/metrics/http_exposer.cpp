// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/metrics/http_exposer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace gnomon::node {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kMostConnections = 16;
constexpr std::size_t kThreads = 2;
constexpr std::size_t kMostRequest = 8192;
constexpr auto kTimeToAsk = std::chrono::seconds(2);
constexpr auto kTimeToAnswer = std::chrono::seconds(5);

bool waitFor(int descriptor, short what, Clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd wait{descriptor, what, 0};
    return left.count() > 0 && ::poll(&wait, 1, static_cast<int>(left.count())) == 1;
}

// The head of the request; absent when it does not come in time or is too long.
std::optional<std::string> readHead(int descriptor) {
    const auto until = Clock::now() + kTimeToAsk;
    std::string head;
    char buffer[1024];
    while (head.find("\r\n\r\n") == std::string::npos) {
        if (head.size() > kMostRequest || !waitFor(descriptor, POLLIN, until)) {
            return std::nullopt;
        }
        const ssize_t got = ::recv(descriptor, buffer, sizeof buffer, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            return std::nullopt;
        }
        head.append(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
    }
    return head;
}

void writeAll(int descriptor, std::string_view text) {
    const auto until = Clock::now() + kTimeToAnswer;
    while (!text.empty() && waitFor(descriptor, POLLOUT, until)) {
        const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return;
        }
        text.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
}

std::string response(std::string_view status, std::string_view type, std::string_view body, bool withBody) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: ").append(type);
    text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n";
    text += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n";
    return withBody ? text.append(body) : text;
}

std::string answerTo(std::string_view head, const HttpExposer::Page& page) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t space = line.find(' ');
    const std::size_t end = line.rfind(' ');
    const bool isHttp = space != std::string_view::npos && end > space && line.substr(end + 1).starts_with("HTTP/1.");
    if (!isHttp) {
        return response("400 Bad Request", "text/plain", "this is no HTTP/1 request\n", true);
    }
    const std::string_view method = line.substr(0, space);
    const std::string_view target = line.substr(space + 1, end - space - 1);
    const bool withBody = method != "HEAD";
    if (target.substr(0, target.find('?')) != "/metrics") {
        return response("404 Not Found", "text/plain", "only /metrics is here\n", withBody);
    }
    if (method != "GET" && method != "HEAD") {
        return response("405 Method Not Allowed", "text/plain", "metrics are only read\n", true);
    }
    return response("200 OK", "text/plain; version=0.0.4; charset=utf-8", page(), withBody);
}

} // namespace

Result<std::unique_ptr<HttpExposer>> HttpExposer::open(const std::string& address, Page page) {
    ListenerOptions options;
    options.address = address;
    options.limits.connections = kMostConnections;
    options.limits.perAddress = kMostConnections;
    GNOMON_ASSIGN(std::unique_ptr<Listener> listener, Listener::open(std::move(options)));
    return std::unique_ptr<HttpExposer>(new HttpExposer(std::move(listener), std::move(page)));
}

HttpExposer::HttpExposer(std::unique_ptr<Listener> listener, Page page)
    : m_page(std::move(page)), m_executor(kThreads, kMostConnections), m_listener(std::move(listener)) {
    m_listener->start([this](int descriptor) {
        if (!m_executor.post([this, descriptor] { answer(descriptor); })) {
            ::close(descriptor);
        }
    });
}

HttpExposer::~HttpExposer() {
    m_listener->stop();
}

void HttpExposer::answer(int descriptor) const {
    if (const auto head = readHead(descriptor)) {
        writeAll(descriptor, answerTo(*head, m_page));
        ::shutdown(descriptor, SHUT_WR);
    }
    ::close(descriptor);
}

} // namespace gnomon::node
