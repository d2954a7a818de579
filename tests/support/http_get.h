// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

namespace gnomon::test {

// A connection to 127.0.0.1:port; -1 when there is none.
inline int connectTo(const std::string& address) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) {
        ::close(descriptor);
        return -1;
    }
    return descriptor;
}

// Everything that comes back for the text until the other side closes; "" without a connection.
inline std::string exchangeText(const std::string& address, const std::string& text) {
    const int descriptor = connectTo(address);
    if (descriptor < 0) {
        return "";
    }
    std::string answer;
    if (::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
        char buffer[4096];
        for (ssize_t got = 0; (got = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;) {
            answer.append(buffer, static_cast<std::size_t>(got));
        }
    }
    ::close(descriptor);
    return answer;
}

// The body of a plain GET; "" unless it is answered with 200.
inline std::string httpGet(const std::string& address, const std::string& path) {
    const std::string answer = exchangeText(address, "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
    const std::size_t body = answer.find("\r\n\r\n");
    return answer.starts_with("HTTP/1.1 200 ") && body != std::string::npos ? answer.substr(body + 4) : "";
}

// What a node's metrics say, read from their text.
class Samples {
public:
    explicit Samples(const std::string& page) {
        std::istringstream lines(page);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("# TYPE ")) {
                const std::string rest = line.substr(7);
                m_types[rest.substr(0, rest.find(' '))] = rest.substr(rest.find(' ') + 1);
            } else if (!line.empty() && line[0] != '#') {
                const std::size_t space = line.rfind(' ');
                m_values[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
            }
        }
    }

    // sample: as in the text, with its labels in their order. -1 when there is none.
    double operator[](const std::string& sample) const {
        const auto found = m_values.find(sample);
        return found == m_values.end() ? -1 : found->second;
    }
    const std::map<std::string, double>& values() const { return m_values; }
    const std::map<std::string, std::string>& types() const { return m_types; }

private:
    std::map<std::string, double> m_values;
    std::map<std::string, std::string> m_types; // by name
};

} // namespace gnomon::test
