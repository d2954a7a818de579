// SPDX-License-Identifier: GPL-3.0-or-later
#include "backend/node/listener.h"
#include "backend/base/bytes.h"
#include "backend/base/thread_name.h"

#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <charconv>
#include <cstring>
#include <vector>

namespace gnomon::node {

namespace {

constexpr int kBacklog = 1024;

std::uint32_t descriptorsInUse() {
    std::uint32_t count = 0;
    if (DIR* folder = ::opendir("/proc/self/fd")) {
        while (::readdir(folder) != nullptr) {
            ++count;
        }
        ::closedir(folder);
    }
    return count;
}

// The connections that the descriptor limit leaves room for, given what the process has open already.
std::size_t roomForConnections(const ListenerOptions& options) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const std::uint64_t taken = descriptorsInUse() + options.reservedDescriptors;
    const std::uint64_t room = limit.rlim_cur > taken ? limit.rlim_cur - taken : 1;
    return std::max<std::uint64_t>(room / options.listeners, 1);
}

struct AddressInfo {
    addrinfo* list = nullptr;
    ~AddressInfo() {
        if (list != nullptr) {
            ::freeaddrinfo(list);
        }
    }
};

Error badAddress(const std::string& address) {
    return {ErrorCode::InvalidArgument, "'" + printable(address, 80) + "' is not an address to listen on",
            "write a numeric address and a port up to 65535, as in 127.0.0.1:8443 or [::1]:8443"};
}

std::string numericHost(const sockaddr_storage& address, socklen_t length) {
    char host[NI_MAXHOST] = "";
    ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof host, nullptr, 0, NI_NUMERICHOST);
    return host;
}

// As gRPC tells it of the caller: without the prefix of an IPv4 address on an IPv6 listener.
std::string callerAddress(std::string host, const sockaddr_storage& address) {
    if (address.ss_family != AF_INET6) {
        return host + ":" + std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port));
    }
    const std::string port = std::to_string(ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port));
    const bool mapped = host.starts_with("::ffff:") && host.find('.') != std::string::npos;
    return mapped ? host.substr(7) + ":" + port : "[" + host + "]:" + port;
}

std::string boundAddress(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length);
    char service[NI_MAXSERV] = "";
    ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, nullptr, 0, service, sizeof service,
                  NI_NUMERICSERV);
    const std::string host = numericHost(address, length);
    return (address.ss_family == AF_INET6 ? "[" + host + "]" : host) + ":" + service;
}

// getaddrinfo() takes 70000 for 4464.
bool isPort(const std::string& text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    return problem == std::errc{} && end == text.data() + text.size();
}

Status resolve(const std::string& address, AddressInfo& found) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || !isPort(address.substr(colon + 1))) {
        return badAddress(address);
    }
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found.list) != 0) {
        return badAddress(address);
    }
    return {};
}

Result<int> bindAndListen(const std::string& address) {
    AddressInfo found;
    GNOMON_TRY(resolve(address, found));
    const int descriptor = ::socket(found.list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    if (descriptor < 0 || ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(descriptor, found.list->ai_addr, found.list->ai_addrlen) != 0 || ::listen(descriptor, kBacklog) != 0) {
        const Error error{ErrorCode::Unavailable, "cannot listen on " + address + ": " + std::strerror(errno),
                          "choose another port, or stop what listens there"};
        if (descriptor >= 0) {
            ::close(descriptor);
        }
        return error;
    }
    return descriptor;
}

// Closes with a reset, so that nothing of a shed connection lingers in the kernel.
void reset(int descriptor) {
    const linger now{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(descriptor);
}

} // namespace

Status checkListenAddress(const std::string& address) {
    AddressInfo found;
    return resolve(address, found);
}

bool isLoopback(const std::string& address) {
    AddressInfo found;
    if (!resolve(address, found)) {
        return false;
    }
    if (found.list->ai_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(found.list->ai_addr)->sin6_addr);
    }
    const std::uint32_t ip = ntohl(reinterpret_cast<const sockaddr_in*>(found.list->ai_addr)->sin_addr.s_addr);
    return ip >> 24 == 127;
}

Result<std::unique_ptr<Listener>> Listener::open(ListenerOptions options) {
    GNOMON_ASSIGN(const int descriptor, bindAndListen(options.address));
    const std::string address = boundAddress(descriptor);
    return std::unique_ptr<Listener>(new Listener(std::move(options), descriptor, address));
}

Listener::Listener(ListenerOptions options, int descriptor, std::string address)
    : m_options(std::move(options)), m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_address(std::move(address)),
      m_descriptor(descriptor), m_spare(::open("/dev/null", O_RDONLY | O_CLOEXEC)), m_connections(m_options.limits) {}

Listener::~Listener() {
    stop();
    ::close(m_wake);
    if (m_spare >= 0) {
        ::close(m_spare);
    }
}

void Listener::start(Accepted accepted) {
    m_accepted = std::move(accepted);
    m_connections.setMost(roomForConnections(m_options));
    m_thread = std::thread([this] {
        nameThread("listener");
        run();
    });
}

void Listener::stop() {
    if (m_thread.joinable()) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(m_wake, &one, sizeof one);
        m_thread.join();
    }
    // Whoever connects from now on is refused at once, instead of waiting in the backlog for an answer.
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
        m_descriptor = -1;
    }
}

ListenerCounters Listener::counters() {
    ListenerCounters counters;
    counters.accepted = m_acceptedCount;
    counters.shedFull = m_shedFull;
    counters.shedAddress = m_shedAddress;
    counters.shedDescriptors = m_shedDescriptors;
    counters.shed = counters.shedFull + counters.shedAddress + counters.shedDescriptors;
    counters.open = m_connections.open();
    return counters;
}

void Listener::run() {
    for (;;) {
        pollfd waits[] = {{m_descriptor, POLLIN, 0}, {m_wake, POLLIN, 0}};
        ::poll(waits, 2, -1);
        if (waits[1].revents != 0) {
            return;
        }
        if (waits[0].revents != 0) {
            acceptOne();
        }
    }
}

void Listener::acceptOne() {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int descriptor =
        ::accept4(m_descriptor, reinterpret_cast<sockaddr*>(&address), &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor < 0) {
        if (errno == EMFILE || errno == ENFILE) {
            shedOne();
        }
        return; // everything else concerns the one connection that is gone already
    }
    const std::string host = numericHost(address, length);
    if (const auto room = m_connections.roomFor(host); room != Connections::Room::Enough) {
        ++(room == Connections::Room::Full ? m_shedFull : m_shedAddress);
        reset(descriptor);
        return;
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    m_connections.add(descriptor, host, callerAddress(host, address));
    ++m_acceptedCount;
    m_accepted(descriptor);
}

// Without a free descriptor a waiting connection could be neither taken nor refused, and poll() would spin: the spare
// one is given up for the moment that it takes to refuse it.
void Listener::shedOne() {
    if (m_spare >= 0) {
        ::close(m_spare);
    }
    const int descriptor = ::accept4(m_descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) {
        ++m_shedDescriptors;
        reset(descriptor);
    }
    m_spare = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (m_spare < 0) {
        // Somebody else took the last one; wait a little instead of spinning.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

} // namespace gnomon::node
