// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/front_proxy/front_proxy.h"
#include "backend/base/check.h"
#include "backend/base/files.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace gnomon::test {

FrontProxy::FrontProxy(const std::string& node, Settings settings) {
    // The proxy inherits a socket that listens already: no port is guessed, and nobody has to wait for it.
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    GNOMON_CHECK(::bind(listener, reinterpret_cast<const sockaddr*>(&address), length) == 0);
    GNOMON_CHECK(::listen(listener, 1024) == 0);
    GNOMON_CHECK(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    m_address = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));

    settings["GNOMON_PROXY_LISTEN"] = "fd@" + std::to_string(listener);
    settings["GNOMON_PROXY_NODE"] = node;
    if (::geteuid() != 0) {
        settings["GNOMON_PROXY_USER"] = "";
    }
    const std::string file = configuration();
    const std::string log = (m_folder / "log").string();
    m_pid = ::fork();
    if (m_pid == 0) {
        for (const auto& [name, value] : settings) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(output, 1);
        ::dup2(output, 2);
        ::execl(program(), program(), "-db", "-f", file.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(listener);
}

FrontProxy::~FrontProxy() {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
}

std::string FrontProxy::configuration() {
    const char* source = std::getenv("GNOMON_SOURCE");
    GNOMON_CHECK(source != nullptr);
    return std::string(source) + "/packaging/proxy/haproxy.cfg";
}

std::string FrontProxy::log() const {
    const auto text = readFile(m_folder / "log");
    return text ? *text : "";
}

} // namespace gnomon::test
